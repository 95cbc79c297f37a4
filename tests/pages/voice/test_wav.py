"""A WAV is read while it comes, whatever its format and however it is cut."""

from __future__ import annotations

from typing import Any

import pytest

from .mouths import LOUDSPEAKER
from .script import script

START = f"""
const {{ Wav }} = await import(`${{VOICE}}/wav.js`);
const {{ wav }} = await import("{LOUDSPEAKER}");
"""
FORMATS = [
    "{}",
    "{ size: 0 }",
    "{ size: 0xffffffff }",
    "{ size: 0x7fffffff }",
    "{ bits: 8 }",
    "{ bits: 24 }",
    "{ bits: 32 }",
    "{ bits: 32, float: true }",
    "{ bits: 64, float: true }",
    "{ channels: 2 }",
    "{ channels: 2, bits: 24, extensible: true }",
    "{ extra: [76, 73, 83, 84, 5, 0, 0, 0, 1, 2, 3, 4, 5, 0] }",
    "{ after: [76, 73, 83, 84, 2, 0, 0, 0, 1, 2] }",
]


async def read(source: str) -> Any:
    return await script(START + source)


@pytest.mark.parametrize("form", FORMATS)
async def test_every_kind_of_wav_is_read_the_same_at_every_split(form: str) -> None:
    seen = await read(
        f"""
        const samples = [0, 0.5, -0.5, 0.25, -1, 0.75, 0.125, -0.25];
        const bytes = wav(samples, {form});
        const read = (...cuts) => {{
          const it = new Wav();
          const channels = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {{
            it.push(bytes.slice(at, cut))?.forEach((part, i) => (channels[i] ??= []).push(...part));
            at = cut;
          }}
          return JSON.stringify([it.format.rate, channels]);
        }};
        const whole = read();
        const wrong = [];
        for (let a = 0; a <= bytes.length; a++) {{
          for (let b = a; b <= bytes.length; b += 5) if (read(a, b) !== whole) wrong.push([a, b]);
        }}
        const each = [...bytes.keys()];
        if (read(...each) !== whole) wrong.push("each");
        print({{ wrong, whole: JSON.parse(whole) }});
        """
    )
    samples = [0, 0.5, -0.5, 0.25, -1, 0.75, 0.125, -0.25]
    channels = [samples[::2], samples[1::2]] if "channels: 2" in form else [samples]
    assert seen == {"wrong": [], "whole": [24_000, channels]}


@pytest.mark.parametrize(
    "bytes_",
    [
        "new TextEncoder().encode('ID3 and what follows it')",
        "new TextEncoder().encode('RIFF0000AVI LIST')",
        "wav([0, 0], { bits: 16, channels: 0 })",
        "(() => { const it = wav([0, 0]); it[20] = 7; return it; })()",
        "(() => { const it = wav([0, 0]); it[16] = 4; return it; })()",
        "(() => { const it = wav([0, 0]); it.set([100, 97, 116, 97], 12); return it; })()",
    ],
)
async def test_what_is_no_such_wav_is_known_to_be_none(bytes_: str) -> None:
    assert await read(f"const it = new Wav(); const sound = it.push({bytes_}); print([it.readable, sound]);") == [
        False,
        None,
    ]
