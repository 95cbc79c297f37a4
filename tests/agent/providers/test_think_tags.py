"""Thoughts between <think> and </think>, however the tags are cut."""

import pytest

from agent.providers.base import TextPiece, ThinkingPiece
from agent.providers.think_tags import ThinkTags


def told_apart(*chunks: str) -> tuple[str, list[str]]:
    """The thoughts, and the answers one by one."""
    tags = ThinkTags()
    pieces = [piece for chunk in chunks for piece in tags.read(chunk)] + tags.end()
    thoughts, answers = "", []
    for piece in pieces:
        match piece:
            case ThinkingPiece():
                assert not answers, "a thought after the answer began"
                thoughts += piece.text
            case TextPiece():
                if piece.new or not answers:
                    answers.append("")
                answers[-1] += piece.text
        assert piece.text
    return thoughts.rstrip(), answers


def in_bits(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
@pytest.mark.parametrize(
    ("content", "thoughts", "answers"),
    [
        ("<think>Let me see.</think>\n\nFour.", "Let me see.", ["Four."]),
        ("\n <think>\nLet me see.\n</think>Four.", "Let me see.", ["Four."]),
        ("<thinking>Hm: </think> is a tag</thinking>Yes", "Hm: </think> is a tag", ["Yes"]),
        ("<think>\n\n</think>\n\nFour.", "", ["Four."]),
        ("<think>1 < 2 and </thin air", "1 < 2 and </thin air", []),
        ("Four.", "", ["Four."]),
        ("<thing>Four.", "", ["<thing>Four."]),
        ("Write <think> like this.", "", ["Write <think> like this."]),
        ("</think>\n\nFour.", "", ["Four."]),
        ("Let me see.\n</think>\n\nFour.", "", ["Let me see.\n", "Four."]),
        ("Close it with `</think>`.\nFine.", "", ["Close it with `</think>`.\nFine."]),
        ("Begin a line with\n</think> and go on.", "", ["Begin a line with\n</think> and go on."]),
        ("<think>a</think>b\n</think>\nc", "a", ["b\n</think>\nc"]),
        ("Let me see.\n</think>", "", ["Let me see.\n"]),
        ("a < b", "", ["a < b"]),
        ("a <", "", ["a <"]),
        ("<th", "", ["<th"]),
        ("  ", "", []),
        ("", "", []),
    ],
)
def test_a_thought_is_told_from_the_answer(content: str, thoughts: str, answers: list[str], size: int):
    assert told_apart(*in_bits(content, size)) == (thoughts, answers)


def test_text_that_can_be_no_tag_does_not_wait():
    tags = ThinkTags()
    assert tags.read("Fo") == [TextPiece(text="Fo")]
    assert tags.read("ur") == [TextPiece(text="ur")]
    assert tags.read(" <") == [TextPiece(text=" ")]
    assert tags.read("b") == [TextPiece(text="<b")]
