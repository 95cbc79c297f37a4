"""What is left of what was heard, once what the loudspeaker said is taken out of it."""

from __future__ import annotations

import pytest

from .script import script

WALL = """
const { Wall } = await import(`${VOICE}/echo.js`);
let now = 0;
const wall = new Wall(() => now);
const own = (final, interim = "", lang = "en") => {
  const left = wall.own({ final, interim }, lang);
  return [left.final, left.interim.trim()];
};
wall.began("The train to Paris doesn't stop in Dijon on Sundays.");
now = 1000;
"""


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("the", ""),
        ("the train", ""),
        ("The train to Paris doesn’t", ""),
        ("the train to pa", ""),  # the last word is not whole yet
        ("the rain to Paris", ""),  # misheard
        ("to Paris", ""),  # from the middle on
        ("blah", ""),  # one word may be misheard
        ("blah train", ""),
        ("what about", "what about"),
        ("stop", ""),  # it said that itself
        ("halt", "halt"),
        ("the train to Paris what about Lyon", "what about Lyon"),
        ("the train to Paris what", ""),
        ("I want to go to Paris on Monday", "I want to go to Paris on Monday"),
    ],
)
async def test_while_it_speaks(heard: str, left: str) -> None:
    assert await script(f"{WALL} print(own('', {heard!r}));") == ["", left]


@pytest.mark.parametrize(
    ("after", "heard", "left"),
    [
        (300, "on Sundays", ""),
        (700, "on Sundays", "on Sundays"),
        (300, "Dijon on Sundays", ""),
        (1300, "Dijon on Sundays", "Dijon on Sundays"),
        (300, "the train to paris doesn't stop", ""),
        (700, "the train to paris doesn't stop", "the train to paris doesn't stop"),
        (300, "why not", "why not"),
    ],
)
async def test_a_while_after_it_has_spoken_people_may_repeat_it(after: int, heard: str, left: str) -> None:
    assert await script(f"{WALL} wall.ended(); now += {after}; print(own({heard!r}));") == [left, ""]


async def test_what_is_final_late_but_was_heard_in_time_is_an_echo() -> None:
    found = await script(f"""{WALL}
      const heard = [own("", "the train to Paris")];
      now = 3000;
      wall.ended();
      now = 6000;
      heard.push(own("the train to Paris doesn't stop in Dijon"));
      print([...heard, own("the train to Paris doesn't stop in Dijon", "why")]);
    """)
    assert found == [["", ""], ["", ""], ["", "why"]]


async def test_what_follows_an_echo_in_the_same_recording_is_a_persons() -> None:
    found = await script(f"""{WALL}
      const [echo, whole] = ["The train to Paris.", "The train to Paris. But why is that train"];
      const heard = [own(echo), own(echo, "but"), own(echo, "but why is that train")];
      wall.ended();
      now = 9000;
      print([...heard, own(whole), own(whole, "to Paris")]);
    """)
    assert found == [
        ["", ""],
        ["", ""],
        ["", "but why is that train"],
        ["But why is that train", ""],
        ["But why is that train", "to Paris"],
    ]


async def test_the_echo_before_a_persons_words_stays_out_of_them() -> None:
    found = await script(f"""{WALL}
      const heard = [own("", "the train but why is that")];
      wall.ended();
      now = 9000;
      print([...heard, own("", "the train but why is that so"), own("the train but why is that so.")]);
    """)
    assert found == [["", "but why is that"], ["", "but why is that so"], ["but why is that so.", ""]]


async def test_a_new_recording_long_after_hears_only_people() -> None:
    found = await script(f"""{WALL}
      wall.ended();
      now += 601;
      wall.listens();
      print(own("the train to Paris doesn’t stop"));
    """)
    assert found == ["the train to Paris doesn’t stop", ""]


async def test_scripts_without_spaces_are_compared_letter_by_letter() -> None:
    found = await script(f"""{WALL}
      wall.began("今天天气很好，我们去公园吧。");
      print([own("", "今天天气很好", "zh-CN"), own("", "今天天气很好你说什么呀", "zh-CN"), own("", "停", "zh-CN")]);
    """)
    assert found == [["", ""], ["", "你说什么呀"], ["", "停"]]


@pytest.mark.parametrize(
    ("text", "lang", "stops"),
    [
        ("Stop!", "en-US", True),
        ("stop, please", "en-GB", True),
        ("stop the train", "en", False),
        ("Stopp", "de-DE", True),
        ("Hör auf!", "de-DE", True),
        ("Arrête.", "fr-FR", True),
        ("tais-toi", "fr-FR", True),
        ("para", "es-ES", True),
        ("para", "en-US", False),
        ("やめて", "ja-JP", True),
        ("停下来", "zh-CN", True),
        ("stopp", "no-NO", True),
        ("stop", "xx", True),
        ("", "en", False),
    ],
)
async def test_one_word_in_each_language_stops_it(text: str, lang: str, stops: bool) -> None:
    found = await script(f"""
      const {{ isStop }} = await import(`${{VOICE}}/stop_words.js`);
      print(isStop({text!r}, {lang!r}));
    """)
    assert found is stops
