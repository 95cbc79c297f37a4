"""Scripts that have a mouth, the speaker that uses it, and a clock to move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .script import script

HERE = Path(__file__).parent
SYNTH = (HERE / "synth.js").as_uri()
LOUDSPEAKER = (HERE / "loudspeaker.js").as_uri()
BROWSER = """
const { BrowserMouth } = await import(`${VOICE}/browser_mouth.js`);
const { Speaker } = await import(`${VOICE}/speaker.js`);
const { Clock, synth, voice, HERE, GERMAN, THERE } = await import("SYNTH");
const clock = new Clock();
const seen = [];
let faults = {}, scope, mouth, speaker, settings = { lang: "en-US" };
function build(given = {}, more = {}) {
  faults = given;
  scope = synth({ clock, faults, ...more });
  mouth = new BrowserMouth({ scope, clock });
  const told = (name) => ({ text }) => seen.push([name, text, clock.now]);
  const failed = (sentence) => seen.push(["failed", sentence, clock.now]);
  speaker = new Speaker({ mouth, on: { began: told("began"), ended: told("ended"), failed }, voice: () => settings });
}
const add = (...texts) => texts.forEach((text) => speaker.add({ id: text, text }));
const heard = () => scope.sounds.map(({ text }) => text);
"""
SERVICE = """
const { ServiceMouth } = await import(`${VOICE}/service_mouth.js`);
const { Speaker } = await import(`${VOICE}/speaker.js`);
const { Wav } = await import(`${VOICE}/wav.js`);
const { Clock } = await import("SYNTH");
const { calm, room, wav } = await import("LOUDSPEAKER");
const clock = new Clock();
const scope = room({ clock });
const mouth = new ServiceMouth({ session: "s", scope, clock });
const seen = [];
const told = (name) => ({ text }) => seen.push([name, text, clock.now]);
const failed = (sentence) => seen.push(["failed", sentence, clock.now]);
let settings = { lang: "en-US", voice: "alto", rate: 1.5 };
const on = { began: told("began"), ended: told("ended"), failed };
const speaker = new Speaker({ mouth, on, voice: () => settings });
const add = (...texts) => texts.forEach((text) => speaker.add({ id: text, text }));
const { requests, sounds } = scope;
const seconds = (s, value = 0.5) => new Array(Math.round(s * 24_000)).fill(value);
const pass = async (ms) => {
  for (let i = 0; i < ms; i += 20) {
    clock.move(Math.min(20, ms - i));
    await calm();
  }
};
await calm();
"""


async def browser(source: str) -> Any:
    """What a script prints that has called `build(faults, more)`: a browser with these faults, see synth.js."""
    return await script(BROWSER.replace("SYNTH", SYNTH) + source)


async def service(source: str) -> Any:
    """What a script prints that answers `requests` and looks at `sounds`, see loudspeaker.js."""
    start = SERVICE.replace("SYNTH", SYNTH).replace("LOUDSPEAKER", LOUDSPEAKER)
    return await script(start + source)
