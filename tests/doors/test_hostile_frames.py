"""Ten thousand wrong frames: each gets one sentence that says what is wrong, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from agent.limits import Limits
from pages.api.incoming import READERS, framed

from .world import World, faults, until, world

LONGEST = 1000
BATCH, BATCHES = 50, 200
FRAME = 6 * LONGEST + 10_000


def frame(**fields: Any) -> str:
    return json.dumps(fields)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
no_text = json_values.filter(lambda value: not isinstance(value, str))
known = st.sampled_from(sorted(READERS))
bad_ids = st.sampled_from(["", "x" * 201, "a\nb", "a\x7f", "\u202e"]) | no_text.filter(lambda value: value is not None)
words = st.text(min_size=1, max_size=30).filter(str.strip)

not_json = st.text(max_size=60).filter(lambda text: not framed(text))
not_objects = json_values.filter(lambda value: not isinstance(value, dict)).map(json.dumps)
no_type = st.dictionaries(words.filter(lambda key: key != "type"), json_values, max_size=4).map(json.dumps)
bad_types = st.one_of(no_text, st.text(max_size=60).filter(lambda text: text not in READERS)).map(
    lambda kind: frame(type=kind, content="Hello")
)
bad_messages = st.one_of(
    no_text.map(lambda content: frame(type="message", content=content)),
    st.sampled_from(["", "  \n\t", "a\0b", "x" * (LONGEST + 1)]).map(lambda text: frame(type="message", content=text)),
    st.one_of(no_text.filter(lambda value: value is not None), st.text(max_size=9)).map(
        lambda intent: frame(
            type="message", content="Hello", intent=f"{intent}!" if isinstance(intent, str) else intent
        )
    ),
    bad_ids.map(lambda id: frame(type="message", content="Hello", id=id)),
    st.lists(words, min_size=1, max_size=3).map(lambda ids: frame(type="message", content="Hello", attachments=ids)),
    no_text.filter(lambda value: value not in (None, [])).map(
        lambda ids: frame(type="message", content="Hello", attachments=ids)
    ),
)
out_of_order = st.one_of(
    words.map(lambda ask: frame(type="reply", ask=ask, content="yes")),
    words.map(lambda ask: frame(type="reply", ask=ask, allow=True)),
    words.map(lambda ask: frame(type="reply", ask=ask, content="yes", allow=False)),
    st.sampled_from([frame(type="reply"), frame(type="reply", ask="x"), frame(type="withdraw")]),
    words.map(lambda message: frame(type="withdraw", message=message)),
    bad_ids.map(lambda message: frame(type="withdraw", message=message)),
    no_text.filter(lambda value: value is not None and not isinstance(value, bool)).map(
        lambda allow: frame(type="reply", ask="x", allow=allow)
    ),
)
truncated = st.tuples(words, st.integers(min_value=1, max_value=200)).map(
    lambda cut: frame(type="message", content=cut[0])[: -min(cut[1], 20)]
)
oversized = st.sampled_from(
    [
        "x" * (FRAME + 1),
        frame(type="message", content="y" * FRAME),
        '{"a":' * 5000,
        "[" * 15_000,
        '{"type":' + "9" * 6000,
    ]
)
wrong = st.one_of(
    not_json, not_objects, no_type, bad_types, bad_messages, out_of_order, truncated, oversized, st.binary(max_size=60)
)


@pytest.fixture
def server(caplog: pytest.LogCaptureFixture) -> Iterator[tuple[asyncio.Runner, World]]:
    """A world that lives on between the examples of one test, and in the end has nothing left of any of them."""
    with asyncio.Runner() as runner:
        made = world(limits=Limits(message=LONGEST, rate=10**6))
        one = runner.run(made.__aenter__())
        yield runner, one
        runner.run(until(lambda: one.empty))
        runner.run(made.__aexit__(None, None, None))
    assert faults(caplog) == []


@pytest.mark.timeout(100)
def test_each_of_ten_thousand_wrong_frames_gets_one_sentence(server: tuple[asyncio.Runner, World]):
    runner, one = server
    sent = 0

    @settings(
        max_examples=BATCHES, deadline=None, database=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip
    @given(batch=st.lists(wrong, min_size=BATCH, max_size=BATCH))
    def refused(batch: list[str | bytes]) -> None:
        nonlocal sent
        sent += len(batch)
        runner.run(_all_refused(one, batch))

    refused()
    print(f"{sent} frames")
    assert sent >= 10_000


async def _all_refused(one: World, batch: list[str | bytes]) -> None:
    """One error for each, in order, and then the connection does what it is there for."""
    async with connect(one.ws("/ws/agent?dialect=agent"), compression=None) as socket:
        hello = json.loads(await socket.recv())
        for text in batch:
            await socket.send(text)
        await socket.send(frame(type="message", content="Still there?", id="good"))
        errors: list[dict[str, Any]] = []
        while (told := json.loads(await asyncio.wait_for(socket.recv(), 10)))["type"] != "done":
            if told["type"] == "error":
                errors.append(told)
        assert told["content"] == "Again. "
        assert len(errors) == len(batch), _first_unanswered(batch, errors)
        for error in errors:
            assert error["kind"] in ("bad_request", "too_long", "not_found"), error
            assert error["message"][0].isupper(), error
            assert error["message"][-1] == "."
            assert "Traceback" not in error["message"]
            assert "eventId" not in error
    session = await one.hub.open(hello["session"])
    assert [m.content for turn in session.transcript.turns for m in getattr(turn, "messages", ())] == ["Still there?"]


def _first_unanswered(batch: list[str | bytes], errors: list[dict[str, Any]]) -> str:
    seen = [(one[:80], error["message"]) for one, error in zip(batch, errors, strict=False)]
    return f"{len(errors)} errors for {len(batch)} frames: {seen}"


@given(prompts=st.lists(st.sampled_from([b"bytes", b"", "", "  \n", "x" * (LONGEST + 1)]), min_size=1, max_size=20))
@settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_wrong_prompt_is_answered_in_plain_text(server: tuple[asyncio.Runner, World], prompts: list[str | bytes]):
    runner, one = server

    async def refused() -> None:
        async with connect(one.ws("/ws/chat")) as socket:
            for prompt in prompts:
                await socket.send(prompt)
                assert str(await socket.recv()).startswith("[ERROR] ")
                assert await socket.recv() == "\n[DONE]"
            await socket.send("Still there?")
            assert await socket.recv() == "Again. "
            assert await socket.recv() == "\n[DONE]"

    runner.run(refused())


async def test_who_sends_nothing_but_nonsense_is_sent_away():
    async with world(limits=Limits(rate=10**6)) as one:
        async with connect(one.ws("/ws/agent?dialect=agent")) as socket:
            for _ in range(150):
                await socket.send("nonsense")
            frames: list[dict[str, Any]] = []
            with suppress(ConnectionClosedError):
                while True:
                    frames.append(json.loads(await socket.recv()))
        assert sum(told["type"] == "error" for told in frames) >= 100
        assert (socket.close_code, socket.close_reason) == (1008, "Too much that could not be done.")
        await until(lambda: one.empty)
