"""Documents are found by words; what is no document is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.tools import toolbox

from .conftest import StoppedClock


async def test_documents_are_found_by_what_they_mean_to_say(run):
    assert (await run("search", query="how do I stop an answer?")).content.startswith(
        "[1] help/stop.md › Stopping\nPress Esc"
    )
    assert "keys.txt › Beginning" in (await run("search", query="sending")).content


@pytest.mark.parametrize(
    "query",
    ['stop" OR "', "stop AND NOT (", "NEAR(stop, answer)", "stop*", "heading:stop ^", "stop; DROP TABLE sections"],
)
async def test_search_syntax_is_only_words(run, query):
    assert (await run("search", query=query)).ok


@pytest.mark.parametrize("query", ["", "***", "xyzzy", "漢字", "a" * 100_000, "\0"])
async def test_what_is_not_there_is_said(run, query):
    outcome = await run("search", query=query)
    assert not outcome.ok
    assert "failed:" not in outcome.content


async def test_changed_documents_are_read_again(run, folder):
    assert not (await run("search", query="zebra")).ok
    (folder / "new.md").write_text("# Animals\n\nA zebra has stripes.")
    assert (await run("search", query="zebras")).ok
    (folder / "new.md").unlink()
    assert not (await run("search", query="zebra")).ok


async def test_binary_hidden_huge_and_linked_files_are_left_out(run, folder, tmp_path):
    (tmp_path / "secret.md").write_text("# Secret\n\nzebra")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    (folder / "binary.md").write_bytes(b"zebra\0\1\2")
    (folder / ".hidden.md").write_text("zebra")
    (folder / "huge.md").write_text("zebra " * 200_000)
    (folder / "picture.png").write_text("zebra")
    os.mkfifo(folder / "pipe.md")
    assert not (await run("search", query="zebra")).ok


async def test_a_text_in_another_encoding_is_still_read(run, folder):
    (folder / "old.txt").write_bytes("ein schönes Zebra".encode("cp1252"))
    assert (await run("search", query="schönes")).ok


async def test_a_folder_that_is_not_there_is_empty():
    box = toolbox(clock=StoppedClock(), folders=[Path("/nowhere/at/all")])
    search = next(one for one in box if one.name == "search")
    assert "0 documents" in (await search.run({"query": "stop"})).content
