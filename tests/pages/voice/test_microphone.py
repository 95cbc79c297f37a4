"""The microphone: asked for as it is wanted, refused in words, and given back whatever happens."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .script import script

START = """
const { open } = await import(`${VOICE}/microphone.js`);
const { Studio } = await import(`${VOICE}/../../../tests/pages/voice/studio.js`);
const studio = new Studio();
const { scope, tracks } = studio;
const live = () => tracks.filter(({ readyState }) => readyState === "live").length;
const asked = (options) => {
  const opened = open({ scope, lang: "en-US", ...options }).then((mic) => ({ mic }), (why) => ({ why }));
  return studio.pass(100).then(() => opened);
};
"""


async def microphone(source: str) -> Any:
    return await script(START + source)


async def test_it_is_heard_until_it_is_given_back():
    seen = await microphone(
        """
const { mic } = await asked({ echo: true });
const before = live();
const given = mic.stream.getTracks().length;
mic.close();
mic.close();
print({ before, given, after: live(), asked: studio.asked });
"""
    )
    assert (seen["before"], seen["given"], seen["after"]) == (1, 1, 0)
    [wanted] = seen["asked"]
    assert wanted["echoCancellation"] is wanted["noiseSuppression"] is wanted["autoGainControl"] is True


async def test_what_is_played_here_is_taken_out_only_where_both_happen_at_once():
    seen = await microphone("await asked({}); print(studio.asked[0].echoCancellation);")
    assert seen is False


REFUSED = {
    "refused": ("NotAllowedError", "Permission denied"),
    "dismissed": ("NotAllowedError", "Permission dismissed"),
    "system": ("NotAllowedError", "Permission denied by system"),
    "no device": ("NotFoundError", "Requested device not found"),
    "busy": ("NotReadableError", "Could not start audio source"),
    "not allowed here": ("SecurityError", ""),
    "failed": ("AbortError", "Starting audioinput failed"),
}


async def refusal(name: str, message: str) -> Any:
    return await microphone(
        f"""
studio.permission = new DOMException({json.dumps(message)}, {json.dumps(name)});
print({{ ...(await asked({{}})), live: live() }});
"""
    )


@pytest.mark.parametrize("case", REFUSED)
async def test_why_it_cannot_be_had_is_one_sentence(case: str):
    seen = await refusal(*REFUSED[case])
    assert seen["live"] == 0
    assert seen["why"]["kind"]
    assert seen["why"]["sentence"].endswith(".")


async def test_a_no_a_missing_and_a_busy_microphone_are_different_sentences():
    cases = ("refused", "dismissed", "system", "no device", "busy")
    sentences = {(await refusal(*REFUSED[case]))["why"]["sentence"] for case in cases}
    assert len(sentences) == len(cases)


async def test_what_the_site_forbids_is_not_blamed_on_the_person():
    seen = await microphone(
        """
studio.permission = new DOMException("Permission denied", "NotAllowedError");
const { why } = await asked({});
scope.document = { featurePolicy: { allowsFeature: (name) => name !== "microphone" } };
const { why: policy } = await asked({});
print([why.sentence, policy.sentence]);
"""
    )
    assert seen[0] != seen[1]


@pytest.mark.parametrize("secure", [True, False])
async def test_where_browsers_offer_no_microphone_it_says_why(secure: bool):
    seen = await microphone(
        f"""
scope.isSecureContext = {json.dumps(secure)};
scope.navigator.mediaDevices = undefined;
print(await asked({{}}));
"""
    )
    assert ("https" in seen["why"]["sentence"].lower()) is not secure


async def test_a_device_that_cannot_do_all_that_is_asked_is_taken_as_it_is():
    seen = await microphone(
        """
const { getUserMedia } = scope.navigator.mediaDevices;
scope.navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (wanted.audio !== true) throw new DOMException("", "OverconstrainedError");
  return await getUserMedia(wanted);
};
const { mic } = await asked({});
print([live(), mic.stream.getTracks().length]);
"""
    )
    assert seen == [1, 1]


async def test_who_gave_up_waiting_is_not_recorded_when_it_is_allowed_at_last():
    seen = await microphone(
        """
studio.permission = 5000;
const gone = new AbortController();
const opened = open({ scope, signal: gone.signal }).then(() => "open", ({ name }) => name);
await studio.pass(100);
gone.abort();
await studio.pass(10_000);
print([await opened, tracks.length, live()]);
"""
    )
    assert seen == ["AbortError", 1, 0]


async def test_a_microphone_that_is_unplugged_is_told_once_and_one_that_was_given_back_is_not():
    seen = await microphone(
        """
const told = [];
const lost = (why) => told.push(why.sentence);
await asked({ lost });
studio.unplug();
studio.unplug();
const { mic } = await asked({ lost });
const [track] = mic.stream.getTracks();
mic.close();
track.onended?.();
print({ told, live: live() });
"""
    )
    assert len(seen["told"]) == 1
    assert seen["live"] == 0
