"""Texts are measured."""

from __future__ import annotations

import time

import pytest


async def test_a_text_is_measured(run):
    outcome = await run("text_statistics", text="To be, or not to be.\nThat's the question!\n\nIs it?")
    rows = dict(line.split(": ") for line in outcome.content.splitlines())
    assert (rows["words"], rows["sentences"], rows["paragraphs"]) == ("11", "3", "2")
    assert rows["longest word"] == "question"
    assert rows["reading aloud"] == "4 s"


@pytest.mark.parametrize("text", ["", "…", "x" * 300_000])
async def test_a_text_without_words_or_end_is_refused(run, text):
    assert not (await run("text_statistics", text=text)).ok


async def test_a_long_text_is_measured_at_once(run):
    began = time.perf_counter()
    assert (await run("text_statistics", text="word " * 39_000)).ok
    assert (await run("text_statistics", text=". " * 90_000 + "x")).ok
    assert time.perf_counter() - began < 2
