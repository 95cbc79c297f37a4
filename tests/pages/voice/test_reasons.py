"""Why one cannot be heard: sentences that a person can act on."""

from __future__ import annotations

import pytest

from .script import script

REASONS = "const { hindrance, reason } = await import(`${VOICE}/reasons.js`);"

KINDS = (
    "refused dismissed policy system no-device busy unplugged muted dead insecure offline no-recognition no-recording "
    "service recogniser unreachable recorder limit nothing silence late quiet language"
).split()


async def test_each_reason_is_one_sentence_that_says_what_to_do() -> None:
    found = await script(f"{REASONS} print({KINDS!r}.map((kind) => reason(kind, {{ lang: 'de-DE' }})));")
    assert [one["kind"] for one in found] == KINDS
    for one in found:
        sentence = one["sentence"]
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert ". " not in sentence
        assert ":" in sentence or ", so " in sentence, sentence  # what is so, and what to do
        assert len(sentence) < 190, sentence
    assert len({one["sentence"] for one in found}) == len(KINDS)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("'not-allowed'", "refused"),
        ("'audio-capture'", "no-device"),
        ("'network'", "recogniser"),
        ("'service-not-allowed'", "recogniser"),
        ("'language-not-supported'", "language"),
        ("new DOMException('x', 'NotAllowedError')", "refused"),
        ("new DOMException('x', 'NotFoundError')", "no-device"),
        ("new DOMException('x', 'NotReadableError')", "busy"),
        ("new DOMException('x', 'SecurityError')", "policy"),
        ("new Error('x')", "recorder"),
        ("'__proto__'", "recorder"),
        ("undefined", "recorder"),
    ],
)
async def test_what_the_browser_calls_it_has_its_reason(error: str, kind: str) -> None:
    found = await script(f"{REASONS} print(reason({error}, {{ lang: 'en-US' }}));")
    assert found["kind"] == kind
    assert found["sentence"]


async def test_a_language_that_is_not_offered_is_named() -> None:
    found = await script(
        f"{REASONS} print(['cy', 'not a language', ''].map((lang) => reason('language', {{ lang }}).sentence));"
    )
    assert found[0].startswith("This browser does not understand Welsh: choose another language")
    assert found[1].startswith("This browser does not understand this language: ")
    assert found[2] == found[1]


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        ("hear: 'browser'", ""),
        ("hear: 'service'", ""),
        ("hear: 'browser', secure: false", "insecure"),
        ("hear: '', secure: false", "insecure"),
        ("hear: ''", "no-recognition"),
        ("hear: 'service', recording: false", "no-recording"),
        ("hear: 'browser', online: false", "offline"),
        ("hear: 'browser', online: false, local: true", ""),
        ("hear: 'service', online: false", "offline"),
    ],
)
async def test_what_hinders_is_told_before_the_microphone_is_asked_for(around: str, kind: str) -> None:
    found = await script(f"{REASONS} print([hindrance({{ {around} }}), reason('{kind}').sentence]);")
    assert found[0] == (found[1] if kind else "")
