from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import httpx
import pytest

from agent.settings import PREFIX, Settings, dashed, parser
from agent.vendors.environment import from_environment
from agent.vendors.keys import MemoryKeys
from agent.vendors.speech import SpeechServers

MAIN = Path(__file__).parent.parent / "main.py"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts main.py in an empty working directory, in an environment of its own."""
    running: list[subprocess.Popen[str]] = []

    def started(*arguments: str, **environ: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(MAIN), *arguments],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_setting_is_in_the_example_and_in_help_with_its_default() -> None:
    example = (MAIN.parent / ".env.example").read_text(encoding="utf-8")
    lines = dict(re.findall(rf"^{PREFIX}(\w+)=(.*)$", example, re.M))
    assert list(lines) == [setting.name.upper() for setting in fields(Settings)]
    help = re.sub(r"\s+", " ", parser().format_help())
    for setting in fields(Settings):
        assert f"# {setting.metadata['help']}\n{PREFIX}{setting.name.upper()}=" in example
        assert f"--{dashed(setting.name)}" in help
        assert setting.metadata["help"] in help
    read = Settings.read([], {PREFIX + name: value for name, value in lines.items()})
    assert read == Settings()


def test_the_example_names_every_key_that_is_read_and_no_other() -> None:
    class Asked(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            names.append(name)
            return default

        def __getitem__(self, name: str) -> str:
            return self.get(name)

    names: list[str] = []
    assert from_environment(Asked()) == {}
    SpeechServers.from_settings(Settings(), Asked(), kept=MemoryKeys())
    names.append("JWT_SECRET")
    example = (MAIN.parent / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^# ([A-Z][A-Z_]+)=", example, re.M)) == sorted(set(names))


def test_it_says_where_it_is_and_stops_in_order_when_told_to(start: Start, port: int, tmp_path: Path) -> None:
    process = start("--port", str(port), "--no-browser", "--data", "kept")
    assert process.stdout
    assert process.stdout.readline() == f"Thinkaloud: http://127.0.0.1:{port}\n"
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
    page = httpx.get(f"http://127.0.0.1:{port}/")
    assert page.status_code == 200
    assert '<html lang="en-US"' in page.text
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]  # nothing beside the data folder
    assert stat.S_IMODE((tmp_path / "kept" / "secret").stat().st_mode) == 0o600
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=3)
    assert (out, errors, process.returncode) == ("", "", 0)


def test_a_taken_port_is_one_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), "--no-browser")
        out, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert out == ""
    assert errors == f"Port {port} is taken, perhaps by another Thinkaloud. Choose another with --port.\n"


def test_a_second_server_on_the_same_folder_is_one_sentence(start: Start, port: int) -> None:
    first = start("--port", str(port), "--no-browser")
    assert first.stdout
    first.stdout.readline()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    second = start("--port", str(other), "--no-browser")
    _, errors = second.communicate(timeout=10)
    assert second.returncode == 2
    assert errors.count("\n") == 1
    assert "is using the folder" in errors


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["--port", "many"], {}, "--port should be a whole number, not 'many'.\n"),
        ([], {"THINKALOUD_PACE": "-1"}, "The pace is between 0 and 100, not -1.\n"),
        (["--effort", "huge"], {}, "The effort is one of none, minimal, low, medium, high, xhigh, max, not 'huge'.\n"),
        (["--budget", "10"], {}, "The budget is 0 or at least 1000 tokens, not 10.\n"),
        (["--model", "gpt"], {}, "A model is written provider:name, without spaces, as in openai:gpt-6.1-terra.\n"),
        (
            [],
            {"OPENAI_API_KEY": "sk-1 sk-2"},
            "OPENAI_API_KEY has a space, a line break or a special character in it. Copy it again, on its own.\n",
        ),
        (["--host", "192.0.2.1"], {}, "There is no address 192.0.2.1 on this machine. Choose another with --host.\n"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    start: Start, arguments: list[str], environ: dict[str, str], sentence: str
) -> None:
    process = start(*arguments, "--no-browser", **environ)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (2, sentence)


def test_a_file_env_is_read_and_the_environment_beats_it(start: Start, port: int, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("THINKALOUD_PORT=1\nTHINKALOUD_BROWSER=0\nTHINKALOUD_DATA=elsewhere\n")
    process = start(THINKALOUD_PORT=str(port))
    assert process.stdout
    assert process.stdout.readline() == f"Thinkaloud: http://127.0.0.1:{port}\n"
    assert (tmp_path / "elsewhere").is_dir()


def test_an_agent_of_your_own_is_the_default_and_a_key_is_shown_nowhere(
    start: Start, port: int, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("def agent(prompt):\n    return 'Mine says hello.'\n")
    (tmp_path / ".env").write_text("ANTHROPIC_API_KEY=sk-ant-0123456789\n")
    process = start("--port", str(port), "--no-browser", "--agent", "mine.py", OPENAI_API_KEY="sk-0123456789")
    assert process.stdout
    assert process.stdout.readline() == f"Thinkaloud: http://127.0.0.1:{port}\n"
    page = httpx.get(f"http://127.0.0.1:{port}/").text
    assert "mine" in page
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=5)
    assert (out, errors, process.returncode) == ("", "", 0)
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"0123456789" in path.read_bytes() for path in kept)
    assert "0123456789" not in page


def in_a_terminal(folder: Path, *arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments],
        cwd=folder,
        input=typed,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(MAIN.parent), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_in_a_terminal_the_demo_answers_where_no_key_is_known(tmp_path: Path) -> None:
    ran = in_a_terminal(tmp_path, "--pace", "0", "What", "is", "6*7?")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "42" in ran.stdout
    assert list(tmp_path.iterdir()) == []


def test_in_a_terminal_the_environment_counts_and_a_flag_beats_it(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def agent(prompt):\n    return 'Mine says hello.'\n")
    (tmp_path / ".env").write_text("THINKALOUD_AGENT=mine.py\nTHINKALOUD_PACE=0\n")
    assert "Mine says hello." in in_a_terminal(tmp_path, "Hello?").stdout
    assert "42" in in_a_terminal(tmp_path, "--model", "demo:rules", "What is 6*7?").stdout


def test_in_a_terminal_each_thought_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def agent(prompt):\n    yield 'observation', 'Found it'\n    yield 'Here.'\n")
    told = in_a_terminal(tmp_path, "--agent", "own.py", "Go").stdout
    assert told.count("Found it") == told.count("Here.") == 1


def test_in_a_terminal_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m agent --model demo:rules --pace 0 'Show me what you can do' | head -c 5"
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(MAIN.parent)}
    ran = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=30)
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--model", "openai:gpt-6.1-terra"], 1, "There is no OpenAI key."),
        (["--model", "nothing"], 2, "A model is written provider:name"),
        (["--pace", "slow"], 2, "--pace should be a number, not 'slow'."),
    ],
)
def test_in_a_terminal_what_cannot_be_is_a_sentence(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    ran = in_a_terminal(tmp_path, *arguments, "Hello?")
    assert ran.returncode == code
    assert sentence in (ran.stdout if code == 1 else ran.stderr)
    assert "Traceback" not in ran.stderr


def test_in_a_terminal_the_agent_can_ask_back(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(
        "async def agent(prompt, ctx):\n    yield 'You said ' + await ctx.ask('Which one?', ['left', 'right'])\n"
    )
    ran = in_a_terminal(tmp_path, "--agent", "asks.py", "Go", typed="\nleft\n")
    assert "Which one? (left / right)" in ran.stdout
    assert "You said left" in ran.stdout
    assert (ran.returncode, ran.stderr) == (0, "")
    silent = in_a_terminal(tmp_path, "--agent", "asks.py", "Go")
    assert "You said" not in silent.stdout
    assert (silent.returncode, silent.stderr) == (1, "")
