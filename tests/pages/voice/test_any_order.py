"""Whatever is added and hushed when, and whatever the mouth does: what was hushed is silent, and nothing sticks."""

from __future__ import annotations

import pytest

from .mouths import browser, service

FAULTS = [
    "",
    "drops: 50",
    "stale: true",
    "sync: true",
    "cutoff: true, stale: true",
    "endless: true",
    "stuck: true, drops: 50",
    "late: 100, drops: 50",
    "tardy: 60, stale: true",
    "deaf: true",
    "mute: true",
    "blocked: true",
]


@pytest.mark.parametrize("faults", FAULTS)
async def test_no_order_of_adding_and_hushing_makes_the_queue_stick_or_speak_again(faults: str) -> None:
    """A thousand random stories for each few faults: what was hushed stays silent, and the rest is told in order."""
    seen = await browser(
        f"""
        let seed = 5;
        const dice = (sides) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8) % sides;
        const wrong = [];
        for (let story = 0; story < {1000 // len(FAULTS) + 1}; story++) {{
          seen.length = 0;
          build({{ {faults} }});
          const there = {{ lang: "en-GB", voice: THERE.voiceURI }};
          settings = [{{ lang: "en-US" }}, there, {{ lang: "de", rate: 2 }}][dice(3)];
          let added = 0, hushed = -1, told = -1;
          const check = (ok, what) => ok || wrong.push([story, what]);
          for (let step = 0; step < 12; step++) {{
            const what = dice(10);
            if (what < 5) add(dice(5) ? `${{added++}} ${{"word ".repeat(dice(60))}}` : `${{added++}}`);
            else if (what < 7) {{
              speaker.hush();
              hushed = added;
              check(scope.sounds.every(({{ to }}) => to !== null), "sounds after a hush");
              check(!speaker.busy, "busy after a hush");
              told = seen.length;
            }} else if (what < 8) speaker.unlock();
            const heard = scope.sounds.length;
            clock.move(dice(3) ? dice(200) : dice(20_000));
            const since = ({{ text }}) => text[0] === "w" || parseInt(text) >= hushed; // "word …": a later breath
            check(scope.sounds.slice(heard).every(since), "spoken after a hush");
            const after = ([name, text]) => name === "failed" || parseInt(text) >= hushed;
            check(told < 0 || seen.slice(told).every(after), "told after a hush");
          }}
          clock.end();
          check(!speaker.busy, "sticks");
          check(scope.sounds.every(({{ to }}) => to !== null), "sounds on");
          const order = (name) => seen.filter(([n]) => n === name).map(([, text]) => parseInt(text));
          for (const name of ["began", "ended"]) {{
            check(order(name).every((n, i, all) => i === 0 || n > all[i - 1]), `${{name}} out of order`);
          }}
          check(order("ended").every((n) => order("began").includes(n)), "ended, and never began");
          check(added === Math.max(hushed, 0) || seen.length > Math.max(told, 0), "neither spoken nor told why not");
        }}
        print(wrong.slice(0, 5));
        """
    )
    assert seen == []


async def test_no_order_of_adding_hushing_and_sending_makes_it_stick_or_sound_again() -> None:
    """Random stories: what was hushed stays silent, and the rest is told in order."""
    seen = await service(
        """
        let seed = 7;
        const dice = (sides) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8) % sides;
        const wrong = [];
        for (let story = 0; story < 250; story++) {
          seen.length = sounds.length = requests.length = 0;
          speaker.hush();
          const check = (ok, what) => ok || wrong.push([story, what]);
          let added = 0, hushed = -1, told = 0;
          const serve = (request) => {
            const what = dice(10);
            if (what < 6) request.send(wav(seconds(dice(40) / 100), { size: 0 }).slice(request.at ? 44 : 0));
            else if (what < 8) request.done();
            else if (what < 9) request.cut();
            else request.refuse(500, "");
            request.at = true;
          };
          for (let step = 0; step < 14; step++) {
            const what = dice(8);
            if (what < 3) add(`${added++}`);
            else if (what < 6) requests.filter(({ ended }) => !ended).slice(0, 1).forEach(serve);
            else if (what < 7) {
              speaker.hush();
              hushed = added;
              told = seen.length;
              check(sounds.every(({ to }) => to <= clock.now), "sounds after a hush");
              check(requests.every(({ aborted, ended }) => aborted || ended), "fetches after a hush");
            }
            await calm();
            clock.move(dice(300));
            await calm();
            const after = ([name, text]) => name === "failed" || parseInt(text) >= hushed;
            check(seen.slice(told).every(after), "told after a hush");
          }
          for (let i = 0; speaker.busy && i < 100; i++) {
            requests.filter(({ ended }) => !ended).forEach((request) => request.done());
            await calm();
            clock.move(1000);
            await calm();
          }
          check(!speaker.busy, "sticks");
          check(requests.filter(({ ended }) => !ended).length === 0, "left open");
          for (const name of ["began", "ended"]) {
            const order = seen.filter(([n]) => n === name).map(([, text]) => parseInt(text));
            check(order.every((n, i) => i === 0 || n > order[i - 1]), `${name} out of order`);
          }
        }
        print({ wrong: wrong.slice(0, 5) });
        """
    )
    assert seen["wrong"] == []
