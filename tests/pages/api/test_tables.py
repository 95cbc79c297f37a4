"""The tables in docs/protocol.md are those that the code goes by."""

import re
from pathlib import Path

import pytest

from pages.api.dialects import DIALECTS, Facts
from pages.api.endpoints import ENDPOINTS
from pages.api.example import told
from pages.api.incoming import INCOMING
from pages.api.tables import COLUMNS, ROWS, filled, tables

PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"


def test_the_tables_in_the_docs_are_as_the_code_has_them():
    document = PROTOCOL.read_text(encoding="utf-8")
    assert filled(document) == document, "run pages.api.tables.filled over docs/protocol.md"


def test_every_table_stands_in_the_docs():
    marked = re.findall(r"<!-- table: ([\w-]+) -->", PROTOCOL.read_text(encoding="utf-8"))
    assert sorted(marked) == sorted(tables())


def test_the_table_of_requests_says_what_each_of_them_takes():
    rows = tables()["rest"].splitlines()
    assert any(row.startswith("| `POST /api/agent/tasks` | `prompt` `model?` | 202 |") for row in rows)
    assert any(row.startswith("| `GET /api/sessions/{id}/stream` | `?after=` `?dialect=` | 200 |") for row in rows)
    assert all(row.split("|")[4].strip() for row in rows)


def test_a_table_stands_where_it_is_called_and_nothing_else_changes():
    document = "before\n<!-- table: incoming -->\nold\n<!-- end -->\nafter\n"
    once = filled(document)
    assert once == f"before\n<!-- table: incoming -->\n\n{tables()['incoming']}\n<!-- end -->\nafter\n"
    assert filled(once) == once
    with pytest.raises(KeyError):
        filled("<!-- table: nonsense -->\n<!-- end -->")


def test_a_table_has_as_many_cells_in_each_row():
    for name, table in tables().items():
        rows = [line.count("|") for line in table.splitlines()]
        assert len(set(rows)) == 1, name


def test_every_frame_and_every_door_is_in_a_table():
    made = tables()
    for name in COLUMNS:
        shared = made["ephemeral"] + (made["agent"] if name == "room" else "")
        for shape in DIALECTS[name].shapes:
            assert f"\n| `{shape.type}` |" in made[name] + shared
    assert all(f"\n| `{shape.type}` |" in made["incoming"] for shape in INCOMING)
    assert all(f"\n| `WS {endpoint.path}` |" in made["sockets"] for endpoint in ENDPOINTS)


def test_what_is_in_no_row_is_told_in_the_log_s_own_words_only():
    log = told()
    facts = Facts(log)
    silent = [event for event in log.after(0) if not any(about(event, facts) for about in ROWS.values())]
    assert silent
    for event in silent:
        assert not any(DIALECTS[name].words(event, facts) for name in COLUMNS), event


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("turn.start", ["`status` `status: thinking` `by` `model`", "", "", "`agent_thinking` `by` `model`"]),
        ("thinking", ["(each chunk)", "(at its end)", "", "as `agent`"]),
        ("answer", ["`token` `content`", "`answer` `content`", "the chunk", "as `agent`"]),
        ("turn.end done", ["`done` `content`", "`done`", "the closing mark", "`agent_response` `content`"]),
        (
            "turn.end failed",
            ["`error` `kind` `message`", "`error`", "`[ERROR] message`, then the closing mark", "as `agent`"],
        ),
    ],
)
def test_a_cell_says_what_the_dialect_does(row: str, cells: list[str]):
    line = next(line for line in tables()["dialects"].splitlines() if line.startswith(f"| {row} |"))
    for cell, said in zip(cells, [cell.strip() for cell in line.split("|")[2:]], strict=False):
        assert cell in said
        assert bool(cell) == bool(said)
