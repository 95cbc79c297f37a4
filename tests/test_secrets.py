"""A key is nowhere in what a session leaves behind: not on disk but in its own file, in no event, log line or page."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from agent.codec import encode
from agent.errors import BadRequest
from agent.hub import Hub
from agent.session import Session
from agent.settings import Settings
from pages.markdown import render
from storage.store import DiskStore
from tests.agent.providers.frames import Messages, chat_error, chat_text
from tests.agent.providers.upstream import Cut, Reply, Stream, Upstream

OPENAI = "sk-proj-f00dcafe0123456789abcdefSECRET"
ANTHROPIC = "sk-ant-api03-deadbeef9876543210SECRET"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    store = DiskStore(tmp_path / "data")
    yield main.build(Settings(data=tmp_path / "data"), store, environ={})
    store.close()


async def fails(session: Session, upstream: Upstream, *steps: object) -> None:
    upstream.plays(*steps)  # type: ignore[arg-type]
    session.say("?")
    await session.wait_idle()
    assert session.transcript.last
    assert session.transcript.last.error, "it should have failed"


async def test_a_vendor_that_shouts_the_key_back_is_not_repeated(
    hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    liar = f"Bad key {OPENAI} {ANTHROPIC} at /home/ada/secret/app.py, Authorization: Bearer {OPENAI}"
    async with Upstream() as upstream:
        await hub.models.save("compat", key=OPENAI, url=f"{upstream.url}/v1")
        await hub.models.save("anthropic", key=ANTHROPIC, url=upstream.url)
        session = hub.new()
        session.switch("compat:small")
        for status in (400, 401, 403, 404, 422):
            await fails(session, upstream, Reply(status=status, body={"error": {"message": liar, "code": "x"}}))
        await fails(session, upstream, Stream(), chat_text("We"), chat_error(liar, 400))
        await fails(session, upstream, Stream(), chat_text("We"), Cut())
        session.switch("anthropic:claude-sonnet-5-5")
        await fails(session, upstream, Reply(status=400, body={"error": {"type": "x", "message": liar}}))
        message = Messages()
        shown = [*message.start(), *message.text("We", done=False)]
        await fails(session, upstream, Stream(), *shown, message.error("api_error", liar))
        await hub.models.close()
        upstream.requests.clear()
    left = [repr(session.log.after(0)), *(str(encode(event)) for event in session.log.after(0)), caplog.text]
    left += [record.exc_text or "" for record in caplog.records]
    left += [render(str(encode(event))) for event in session.log.after(0)]
    left += [repr(hub.models.accounts()), *capfd.readouterr()]
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file() and path.name != "keys.json":
            left.append(path.read_text(encoding="utf-8", errors="replace"))
    whole = "\n".join(left)
    for secret in (OPENAI, ANTHROPIC, OPENAI[8:], ANTHROPIC[8:-6], "/home/ada"):
        assert secret not in whole
    assert OPENAI in (tmp_path / "data" / "keys.json").read_text()


@pytest.mark.parametrize("key", [f"{OPENAI} x", f"{OPENAI}é"])
async def test_a_key_that_makes_no_sense_is_not_repeated_either(hub: Hub, key: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadRequest) as error:
        await hub.models.save("openai", key=key)
    assert OPENAI not in "".join(traceback.format_exception(error.value)) + caplog.text
