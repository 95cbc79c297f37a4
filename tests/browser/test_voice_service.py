"""People whose browser neither hears nor speaks, such as Firefox where nothing is installed, talk by way of the
server's speech service. Their microphone hears a file; what they hear is told from what the page plays."""

from __future__ import annotations

import json
import re
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent.access import Role

from .chromium import started
from .player import words
from .screen import answer, ask, composer, session_of, wait_ended
from .server import Server
from .sound import microphone as hearing
from .sound import wait_for
from .speech_server import TONE, SpeechService, speech_service
from .tab import new_person
from .talker import microphone, mode
from .test_access import complaints, looks
from .test_rooms import link
from .test_service_ear import BEGINS, ENDS, RATE, voice
from .test_voice import STORY

SENTENCES = STORY.replace(". ", ".|").split("|")
OpenTalker = Callable[..., Page]


@pytest.fixture(scope="module")
def speech() -> Iterator[SpeechService]:
    with speech_service() as service:
        yield service


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, speech: SpeechService) -> Iterator[Server]:
    """The app of voiced.py, whose temporary folder is FOLDER/temp."""
    folder = tmp_path_factory.mktemp("voiced")
    (folder / "speech").write_text(speech.url)
    (folder / "temp").mkdir()
    environ = {"TMPDIR": str(folder / "temp")}
    with Server(folder, entry="tests.browser.voiced", environ=environ).running() as server:
        yield server


@pytest.fixture(scope="module")
def browser(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Another chromium, whose microphone hears somebody say a word each time it is opened."""
    path = tmp_path_factory.mktemp("said") / "said.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        said = voice()
        word = [*said[round((BEGINS - 0.2) * RATE) : round((BEGINS + 0.35) * RATE)], *said[round(ENDS * RATE) :]]
        file.writeframes(array("h", [round(32767 * sample) for sample in word]).tobytes())
    browser = chromium.browser_type.launch(**started(*hearing(path)))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def people(browser: Browser) -> Iterator[Callable[[str, bool], BrowserContext]]:
    """The browser of somebody, the same one each time; `bare`: it neither hears nor speaks."""
    faults: list[str] = []
    known: dict[tuple[str, bool], BrowserContext] = {}

    def person(user: str, bare: bool) -> BrowserContext:
        if (user, bare) not in known:
            known[user, bare] = new_person(browser, faults, viewport={"width": 1200, "height": 800})
            known[user, bare].add_init_script((BARE if bare else "") + WATCH)
        return known[user, bare]

    yield person
    for one in known.values():
        one.close()
    assert faults == []


@pytest.fixture
def talker(people: Callable[[str, bool], BrowserContext], app: Server, speech: SpeechService) -> Iterator[OpenTalker]:
    """Opens the page for somebody who has signed in; `settings` are those of the dialog "Voice"."""
    speech.again()
    pages: list[Page] = []

    def opened(user: str = "ada", role: Role = "member", *, bare: bool = True, **settings: Any) -> Page:
        page = people(user, bare).new_page()
        pages.append(page)
        page.add_init_script(f"localStorage['ta-voice'] = JSON.stringify({json.dumps({'lang': 'en-US', **settings})})")
        page.goto(app.invitation(user, role), wait_until="commit")
        page.wait_for_url(f"{app.url}/", wait_until="commit")
        if role != "viewer":
            composer(page).wait_for()
        return page

    yield opened
    for page in pages:
        page.close()


def heard(page: Page) -> list[dict[str, Any]]:
    """When it was not silent, in ms, and whether a microphone was on then."""
    return page.evaluate("loud")


def test_a_conversation_goes_by_way_of_the_service_and_never_answers_itself(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    page = talker(conversation=True)
    speech.hears = [app.write("story", words("say", STORY)), app.write("more", words("say", "And more."))]
    microphone(page).click()
    mode(page, "listening")
    page.wait_for_function("microphones() === 1")
    wait_ended(page)
    expect(page.locator(".ta-bubble")).to_have_text("play story")
    assert answer(page).strip() == STORY
    speech.streams = False
    wait_ended(page, turns=2)
    mode(page, "listening")
    page.wait_for_function("microphones() === 1")
    page.get_by_role("button", name="End talking").click()
    mode(page, "idle")
    assert page.evaluate("microphones()") == 0
    assert speech.sentences == [*SENTENCES, "And more."]
    assert [said.end for said in speech.spoken] == ["whole"] * 4
    sounds = heard(page)
    assert len(sounds) > 10
    assert sounds[-1]["at"] - sounds[0]["at"] > 3.5 * speech.lasts * 1000, "not all of it was heard"
    assert not any(sound["microphones"] for sound in sounds), "it listened while it spoke"
    expect(page.locator("[data-turn]")).to_have_count(2)

    recordings = [recording["file"] for recording in speech.recordings]
    assert [(name, kind) for name, _, kind in recordings] == [("speech.webm", "audio/webm")] * 2
    assert {recording["language"] for recording in speech.recordings} == {"en"}
    assert list((app.folder / "temp").iterdir()) == []
    files = [path.read_bytes() for path in (app.folder / "data").rglob("*") if path.is_file()]
    assert any(STORY[:9].encode() in kept for kept in files), "this is where it would be"
    for _, data, _ in recordings:
        assert data.startswith(b"\x1a\x45\xdf\xa3")
        assert not any(data[:40] in kept or TONE[:40] in kept for kept in files), "something of it is kept"


def test_where_the_browser_turns_out_to_have_no_voice_the_service_speaks(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    """Chromium without a speech dispatcher: it has speechSynthesis, and no voice."""
    page = talker(bare=False, aloud=True, voice={"browser": "urn:gone", "service": "bm_two"})
    assert page.evaluate("typeof speechSynthesis.speak") == "function"
    awake(page)
    ask(page, app.write("story", words("say", STORY)))
    wait_for(lambda: [said.end for said in speech.spoken] == ["whole"] * 3)
    assert speech.sentences == SENTENCES
    assert {said.voice for said in speech.spoken} == {"bm_two"}
    mode(page, "idle")
    ask(page, app.write("again", words("say", "Again.")))
    wait_for(lambda: speech.sentences[-1] == "Again.", seconds=3)
    expect(page.locator(".ta-voice-trouble")).to_have_count(0)
    page.evaluate("dispatchEvent(new Event('ta-voice-settings'))")
    expect(page.get_by_label("Spoken by")).to_have_value("service")
    expect(page.get_by_role("combobox", name="Voice")).to_have_value("bm_two")


def test_the_dialog_says_who_really_speaks_while_it_is_open(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    """It turns out at “Try it” that the browser has no voice; later it has some after all."""
    page = talker(bare=False)
    page.evaluate("dispatchEvent(new Event('ta-voice-settings'))")
    dialog = page.get_by_role("dialog", name="Voice")
    spoken_by, voices = (dialog.get_by_role("combobox", name=name) for name in ("Spoken by", "Voice"))
    expect(spoken_by).to_have_value("browser")
    expect(voices.locator("option")).to_have_text(["This browser has no voice"])
    dialog.get_by_role("button", name="Try it").click()
    wait_for(lambda: len(speech.spoken) > 0)
    expect(spoken_by).to_have_value("service")
    expect(spoken_by.locator("option").first).to_have_text("This browser (it cannot)")
    expect(voices.locator("option")).to_have_text(["The usual one", "Anna", "Boris"])
    page.evaluate("""() => {
      const voice = { voiceURI: "late", name: "Late", lang: "en-US", localService: true, default: true };
      speechSynthesis.getVoices = () => [voice];
      speechSynthesis.dispatchEvent(new Event("voiceschanged"));
    }""")
    expect(spoken_by).to_have_value("browser")
    expect(voices.locator("option")).to_have_text(["The usual one", "Late"])


def test_stop_is_silence_and_the_service_is_asked_no_more(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    page = talker(aloud=True)
    awake(page)
    ask(page, long(app, speech))
    in_the_middle(speech, page)
    page.keyboard.press("Escape")
    silent(speech, page)
    wait_ended(page, "interrupted")
    mode(page, "idle")
    assert len(speech.spoken) == 2, "something that was queued was still asked for"
    assert page.evaluate("microphones()") == 0


def test_who_interrupts_is_heard_and_answered(app: Server, speech: SpeechService, talker: OpenTalker) -> None:
    page = talker()
    speech.hears = [long(app, speech)]
    microphone(page).click()
    in_the_middle(speech, page)
    speech.hears = [app.write("other", words("say", "Something else."))]
    speech.lasts = 0.4
    microphone(page).click()
    silent(speech, page)
    wait_ended(page, turns=2)
    mode(page, "idle")
    assert speech.sentences == [*["One more sentence is said here."] * 2, "Something else."]
    assert not any(sound["microphones"] for sound in heard(page))


@pytest.mark.parametrize(("trouble", "why"), [("500", "is in trouble: boom"), ("hangs", "did not answer in time")])
def test_a_service_in_trouble_is_one_sentence_and_the_page_goes_on(
    app: Server, speech: SpeechService, talker: OpenTalker, trouble: Any, why: str
) -> None:
    page = talker(aloud=True)
    awake(page)
    told = page.locator(".ta-voice-trouble > span")
    sentence = re.compile(rf"^127[.]0[.]0[.]1:\d+ {why}[.] [A-Z][^.]+[.]$")
    speech.trouble = trouble
    microphone(page).click()
    expect(told).to_have_text(sentence, timeout=15_000)
    mode(page, "idle")
    assert page.evaluate("microphones()") == 0
    page.get_by_role("button", name="Dismiss").click()
    ask(page, app.write("story", words("say", STORY)))
    wait_ended(page)
    expect(told).to_have_text(sentence, timeout=15_000)
    mode(page, "idle")
    assert 1 <= len(speech.sentences) <= 2, "it is asked again for each sentence"
    assert speech.sentences == SENTENCES[: len(speech.sentences)]
    assert answer(page).strip() == STORY
    assert heard(page) == []
    speech.trouble = ""
    ask(page, app.write("again", words("say", "Again.")))
    page.wait_for_function("loud.length > 0")
    assert speech.sentences[-1] == "Again."


def test_the_dialog_says_who_hears_and_has_the_voices_of_the_service(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    page = talker()
    microphone(page).click()
    page.get_by_role("button", name="Voice settings").click()
    dialog = page.get_by_role("dialog", name="Voice")
    for who in ("Understood by", "Spoken by"):
        expect(dialog.get_by_role("combobox", name=who)).to_have_value("service")
    expect(dialog).to_contain_text("recorded for the server’s speech service")
    expect(dialog.get_by_role("combobox", name="Voice").locator("option")).to_have_text(
        ["The usual one", "Anna", "Boris"]
    )
    dialog.get_by_role("combobox", name="Voice").select_option("bm_two")
    for look in looks(page, widths=(1200,)):
        assert complaints(page) == [], look
    dialog.get_by_role("button", name="Try it").click()
    page.wait_for_function("loud.length > 0")
    assert {said.voice for said in speech.spoken} == {"bm_two"}


def test_who_chooses_the_service_is_heard_by_it_though_the_browser_can(
    app: Server, speech: SpeechService, talker: OpenTalker
) -> None:
    page = talker(bare=False)
    page.evaluate("""() => {
      window.itself = false;
      speechSynthesis.speak = webkitSpeechRecognition.prototype.start = () => (window.itself = true);
    }""")
    page.evaluate("dispatchEvent(new Event('ta-voice-settings'))")
    dialog = page.get_by_role("dialog", name="Voice")
    for who in ("Understood by", "Spoken by"):
        expect(dialog.get_by_role("combobox", name=who)).to_have_value("browser")
        dialog.get_by_role("combobox", name=who).select_option("service")
    page.keyboard.press("Escape")
    speech.hears = [app.write("again", words("say", "Again."))]
    microphone(page).click()
    wait_ended(page)
    page.wait_for_function("loud.length > 0")
    assert speech.sentences == ["Again."]
    assert not page.evaluate("window.itself")


def test_who_may_only_watch_has_no_microphone(app: Server, speech: SpeechService, talker: OpenTalker) -> None:
    adas = talker()
    ask(adas, app.write("story", words("say", STORY)))
    wait_ended(adas)
    session = session_of(adas)
    vera = talker("vera", "viewer")
    vera.goto(link(adas, "viewer"))
    expect(vera.get_by_text("You may watch this session")).to_be_visible()
    expect(microphone(vera)).to_have_count(0)
    vera.keyboard.press("Control+Shift+KeyL")
    refused = vera.request.post(f"{app.url}/voice/speech", data={"session": session, "text": "Hello."})
    assert refused.status == 403
    assert vera.evaluate("microphones()") == 0
    assert speech.spoken == speech.recordings == []


# ── below: talking, and watching what sounds ─────────────────────────────────────────────────────────────────


def awake(page: Page) -> None:
    """Returns once the voice is there, on a page that speaks every answer; before, nobody follows what is written."""
    page.evaluate("import('thinkaloud-voice').then(() => null)")


def long(app: Server, speech: SpeechService) -> str:
    """What asks for a long answer, of which each sentence takes long."""
    speech.lasts, speech.paced = 3, True
    return app.write("long", words("say", "One more sentence is said here. " * 40), pace=0.03)


def in_the_middle(speech: SpeechService, page: Page) -> None:
    """Returns while one sentence is heard and the next one fetched."""
    page.wait_for_function("loud.length > 20")
    wait_for(lambda: len(speech.spoken) == 2)


def silent(speech: SpeechService, page: Page) -> None:
    """Whether nothing sounds any more soon after somebody pressed something, nor is made."""
    wait_for(lambda: [said.end for said in speech.spoken[:2]] == ["cut", "cut"], seconds=2)
    page.wait_for_function("performance.now() > asked + 700")
    late = page.evaluate("loud.at(-1).at - asked")
    print(f"pressed → silence: {late:.0f} ms")
    assert late < 250


BARE = """for (const name of ["SpeechRecognition", "webkitSpeechRecognition", "speechSynthesis",
  "SpeechSynthesisUtterance"]) delete window[name];"""
WATCH = (Path(__file__).parent / "sounding.js").read_text(encoding="utf-8")
