"""Tool calls, as servers of all kinds stream them."""

import json

import pytest

from agent.providers.call_parts import CallParts, arguments, new_id


def put_together(*deltas: dict) -> list[tuple[str, str, dict]]:
    parts = CallParts()
    for delta in deltas:
        parts.add(delta)
    return [(call.id, call.name, arguments(call.text if call.args is None else call.args)[0]) for call in parts.calls]


def delta(index: object, id: str | None, name: str | None, args: object, **more: object) -> dict:
    return {"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": args}, **more}


ONE_TWO = [("c1", "add", {"a": 1}), ("c2", "sub", {"b": 2})]


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param(
            [
                delta(0, "c1", "add", ""),
                delta(0, None, None, '{"a"'),
                delta(0, None, None, ": 1}"),
                delta(1, "c2", "sub", '{"b": 2}'),
            ],
            id="as OpenAI does",
        ),
        pytest.param(
            [
                delta(0, "c1", "add", ""),
                delta(1, "c2", "sub", ""),
                delta(0, None, None, '{"a": 1}'),
                delta(1, None, None, '{"b": 2}'),
            ],
            id="both at once",
        ),
        pytest.param([delta(1, "c1", "add", '{"a": 1}'), delta(2, "c2", "sub", '{"b": 2}')], id="counted from one"),
        pytest.param(
            [
                delta(None, "c1", "add", '{"a"'),
                delta(None, None, None, ": 1}"),
                delta(None, "c2", "sub", '{"b": 2}'),
            ],
            id="without an index",
        ),
        pytest.param(
            [
                delta(None, "c1", "add", '{"a"'),
                delta(None, "c2", "sub", '{"b"'),
                delta(None, "c1", None, ": 1}"),
                delta(None, "c2", None, ": 2}"),
            ],
            id="without an index, both at once",
        ),
        pytest.param([delta(0, "c1", "add", '{"a": 1}'), delta(0, "c2", "sub", '{"b": 2}')], id="with the same index"),
        pytest.param(
            [
                delta(0, "c1", "add", '{"a"'),
                delta(0, "c1", "add", ": 1}"),
                delta(0, "c1", "add", ""),
                delta(1, "c2", "sub", '{"b": 2}'),
                delta(1, "c2", "sub", None),
            ],
            id="with the name again and again",
        ),
        pytest.param(
            [
                delta(0, "c1", "add", '{"a"'),
                delta(0, "x7", None, ": 1}"),
                delta(1, "c2", "sub", '{"b": 2}'),
            ],
            id="with another id in the middle",
        ),
        pytest.param([delta(0, "c1", "add", {"a": 1}), delta(1, "c2", "sub", {"b": 2})], id="with objects"),
        pytest.param(
            [delta(0, "c1", "add", "{}"), delta(0, None, None, '{"a": 1}'), delta(1, "c2", "sub", '{"b": 2}')],
            id="with an empty object first",
        ),
        pytest.param(
            [delta(0, "c1", "add", json.dumps('{"a": 1}')), delta(1, "c2", "sub", '{"b": 2}'), {}, {"function": 3}],
            id="encoded twice, and with nonsense after",
        ),
    ],
)
def test_calls_come_out_as_they_were_meant(deltas: list[dict]):
    assert put_together(*deltas) == ONE_TWO


def test_the_same_tool_is_called_twice_although_no_delta_has_an_id():
    calls = put_together(delta(None, None, "add", '{"a": 1}'), delta(None, None, "add", '{"a": 2}'))
    assert calls == [("", "add", {"a": 1}), ("", "add", {"a": 2})]


def test_a_call_without_arguments_is_a_call():
    assert put_together(delta(0, "c1", "now", None), delta(0, "c2", "now", "")) == [
        ("c1", "now", {}),
        ("c2", "now", {}),
    ]


def test_what_only_the_server_knows_is_kept():
    parts = CallParts()
    parts.add(delta(0, "c1", "add", "{}", extra_content={"google": {"thought_signature": "s"}}))
    parts.add(delta(0, None, None, "", cache=None))
    assert parts.calls[0].extra == {"extra_content": {"google": {"thought_signature": "s"}}}


@pytest.mark.parametrize("written", ['{"a": ', "[1]", "4", '"four"', "{'a': 1}", "[" * 100_000, "{}}"])
def test_arguments_that_are_no_object_are_answered_with_a_sentence(written: str):
    args, sentence = arguments(written)
    assert args == {}
    assert sentence.endswith((".", "again."))
    assert len(sentence) < 300


@pytest.mark.parametrize("written", ["", " ", "null", "{}", None, {}])
def test_no_arguments_are_fine(written: object):
    assert arguments(written) == ({}, "")  # type: ignore[arg-type]


def test_every_call_of_a_session_gets_an_id_of_its_own():
    taken = {"call_1", "x"}
    assert [new_id(id, taken) for id in ("", "y", "y", "x", "call_3", "")] == [
        "call_3",
        "y",
        "call_5",
        "call_6",
        "call_7",
        "call_8",
    ]
    assert len(taken) == 8


def test_half_a_character_in_arguments_is_replaced_and_two_halves_are_one():
    assert arguments('{"a\\ud83d": ["\\ud83d", "\\ud83c\\udf1e", 10]}') == ({"a\ufffd": ["\ufffd", "🌞", 10]}, "")


def test_arguments_that_nest_without_end_are_answered_for_the_model():
    args, error = arguments('{"a": ' + "[" * 300 + "]" * 300 + "}")
    assert (args, "nested too deeply" in error) == ({}, True)


@pytest.mark.parametrize("id", ["", "a\nb", "\ud83d", "x" * (1 << 20)])
def test_an_id_that_is_none_is_replaced(id: str):
    assert new_id(id, set()) == "call_1"


@pytest.mark.timeout(8)  # where each piece takes longer than the one before, it is 17 s in place of half a one
def test_a_name_that_comes_with_every_piece_takes_no_longer_for_each():
    parts = CallParts()
    for _ in range(40_000):
        parts.add(delta(0, "c1", "add", '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))
    assert len(parts.calls) == 1
