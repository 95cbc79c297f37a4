"""The link that `main.py invite` prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.access import Person
from agent.chance import Chance
from agent.errors import BadRequest
from pages.api.auth import Tokens
from pages.api.secret import token_secret
from pages.invite import invite
from storage.store import DiskStore

ROOT = Path(__file__).parents[2]
SECRET = "of the tests, and of nothing but them"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def printed(capsys: pytest.CaptureFixture[str]) -> tuple[str, Person, float, str]:
    """Where the link leads, for whom, for how many days, and what was said beside it."""
    out, said = capsys.readouterr()
    [line] = out.splitlines()
    link = urlsplit(line)
    [token] = parse_qs(link.query)["token"]
    clock = Chance().clock
    known = Tokens(SECRET, clock).known(token)
    days = (known.expires - clock.now() / 1000) / 24 / 3600
    return f"{link.scheme}://{link.netloc}{link.path}", known.person, days, said


def test_it_prints_a_link_and_nothing_else_to_a_pipe(data: Path, capsys: pytest.CaptureFixture[str]):
    environ = {"JWT_SECRET": SECRET, "THINKALOUD_PUBLIC": "https://think.example.org/"}
    assert invite(["ada", "--role", "viewer", "--days", "7", "--data", str(data)], environ) == 0
    link, person, days, said = printed(capsys)
    assert link == "https://think.example.org/signin"
    assert person == Person(user="ada", role="viewer")
    assert days == pytest.approx(7, abs=0.01)
    assert said == ""


def test_without_more_it_is_a_member_for_a_month(data: Path, capsys: pytest.CaptureFixture[str]):
    assert invite(["--host", "192.168.0.7", "--data", str(data), "Ada L.", "--port", "80"], {"JWT_SECRET": SECRET}) == 0
    link, person, days, said = printed(capsys)
    assert (link, person) == ("http://192.168.0.7:80/signin", Person(user="Ada L.", role="member"))
    assert days == pytest.approx(30, abs=0.01)
    assert said == ""


def test_it_says_where_a_link_is_of_no_use_as_it_stands(data: Path, capsys: pytest.CaptureFixture[str]):
    given = ["ada", "--data", str(data)]
    invite(given, {"JWT_SECRET": SECRET})
    assert printed(capsys)[3].startswith("Nobody needs it")
    invite([*given, "--signin"], {"JWT_SECRET": SECRET})
    assert printed(capsys)[3] == ""
    for host in ("0.0.0.0", "::"):
        invite([*given, "--host", host], {"JWT_SECRET": SECRET})
        assert "--public" in printed(capsys)[3]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a" * 65],
        ["a\nb"],
        ["ada", "--role", "admin"],
        ["ada", "--days", "0"],
        ["ada", "--days", "-1"],
        ["ada", "--days", "1.5"],
        ["ada", "--days", "month"],
        ["ada", "--days", "999999999999"],
        ["ada", "--port", "x"],
        ["ada", "--public", "think"],
    ],
)
def test_what_makes_no_sense_is_one_sentence(data: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(BadRequest, match=r"^(--port|[A-Z]).*\.$"):
        invite([*arguments, "--data", str(data)], {"JWT_SECRET": SECRET})
    assert capsys.readouterr() == ("", "")


def test_it_works_while_a_server_has_the_data_folder_and_before_there_is_one(
    data: Path, capsys: pytest.CaptureFixture[str]
):
    given = ["ada", "--data", str(data)]
    assert invite(given, {}) == 0
    store = DiskStore(data)
    try:
        assert invite(given, {}) == 0
    finally:
        store.close()
    clock = Chance().clock
    for line in capsys.readouterr().out.splitlines():
        [token] = parse_qs(urlsplit(line).query)["token"]
        assert Tokens(token_secret(data, {}), clock).person(token).user == "ada"


def test_it_is_there_at_once(data: Path):
    """Without NiceGUI, which takes longer to import than all the rest takes to run."""
    code = "import sys; from pages.invite import invite; invite(sys.argv[1:], {}); print('nicegui' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code, "ada", "--data", str(data)], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    link, loaded = out.stdout.splitlines()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/signin\?token=[\w.-]+", link)
    assert loaded == "False"
