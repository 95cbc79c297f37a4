"""Somebody's own file: found, loaded, refused with a sentence, and loaded anew when it is saved."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.errors import BadRequest, ProviderError
from agent.providers.base import AskPiece, Prompt, TextPiece, UserText
from agent.providers.custom import Custom
from tests.agent.providers.own import until

Write = Callable[[str, str], Path]
SAYS = 'async def agent(prompt):\n    yield "{}"\n'


@pytest.fixture(autouse=True)
def _python_as_it_was() -> Iterator[None]:
    path, finders, modules = list(sys.path), list(sys.meta_path), set(sys.modules)
    yield
    sys.path[:], sys.meta_path[:] = path, finders
    for name in set(sys.modules) - modules:
        if name.startswith(("my_", "tools_of_mine")):
            del sys.modules[name]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


async def answer(agent: Custom) -> str:
    prompt = Prompt(parts=(UserText(author="Ada", content="Why?"),))
    return "".join([piece.text async for piece in agent.stream(prompt) if isinstance(piece, TextPiece)])


async def failure(agent: Custom) -> str:
    with pytest.raises(ProviderError) as raised:
        await answer(agent)
    assert raised.value.kind == "agent"
    return raised.value.message


def refusal(name: str, folder: Path) -> str:
    with pytest.raises(BadRequest) as raised:
        Custom.named(name, folder=folder)
    assert str(folder) not in raised.value.message
    assert "Traceback" not in raised.value.message
    return raised.value.message


TEN_LINES = """
from agent import AgentThought


async def agent(prompt):
    yield AgentThought("thinking", "Analyzing the question...")
    yield AgentThought("answer", "Yes.")
"""


async def test_the_lines_of_the_readme_run_as_they_are(write: Write, tmp_path: Path):
    write("my_agent.py", TEN_LINES)
    agent = Custom.named("my_agent:agent", folder=tmp_path)
    assert (agent.model, agent.label) == ("agent:my_agent:agent", "my_agent:agent")
    assert await answer(agent) == "Yes."


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("my_agent", "my_agent:agent"),
        ("my_agent:other", "my_agent:other"),
        ("my_agent:Group.agent", "my_agent:Group.agent"),
        ("my_agent.py", "my_agent:agent"),
        ("my_agent.py:other", "my_agent:other"),
        ("./my_agent.py:other", "my_agent:other"),
        ("my_folder/my_other.py", "my_other:agent"),
        ("my_folder.my_other:agent", "my_folder.my_other:agent"),
        ("my_folder/my-third.py:agent", "my-third:agent"),
    ],
)
async def test_an_agent_is_named_in_these_ways(write: Write, tmp_path: Path, name: str, label: str):
    more = "\nother = agent\n\n\nclass Group:\n    agent = staticmethod(agent)\n"
    write("my_agent.py", SAYS.format("Yes.") + more)
    write(
        "my_folder/my_other.py", "import my_neighbour\n" + SAYS.format("Yes.") if "/" in name else SAYS.format("Yes.")
    )
    write("my_folder/my_neighbour.py", "")
    write("my_folder/my-third.py", SAYS.format("Yes."))
    agent = Custom.named(name, folder=tmp_path)
    assert agent.label == label
    assert await answer(agent) == "Yes."


async def test_an_absolute_path_will_do_and_is_not_shown(write: Write, tmp_path: Path):
    agent = Custom.named(f"{write('my_agent.py', SAYS.format('Yes.'))}:agent", folder=Path("/"))
    assert agent.model == "agent:my_agent:agent"
    assert await answer(agent) == "Yes."


async def test_the_same_name_in_another_folder_is_another_agent(write: Write, tmp_path: Path):
    write("one/my_agent.py", SAYS.format("One."))
    write("two/my_agent.py", SAYS.format("Two."))
    one = Custom.named("my_agent:agent", folder=tmp_path / "one")
    two = Custom.named("my_agent:agent", folder=tmp_path / "two")
    assert (await answer(one), await answer(two)) == ("One.", "Two.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my_absent:agent", "There is no module my_absent, neither here nor installed. Start Thinkaloud in the folder "
         "of your file, or give its path: path/to/my_absent.py:agent."),
        ("my_folder.absent:agent", "There is no module my_folder.absent, neither here nor installed."),
        ("absent.py:agent", "There is no file absent.py where you said. Write it as module:function"),
        ("my_agent:agnet", "my_agent has nothing called agnet. It has agent, other, none."),
        ("my_agent:number", "my_agent:number is an int, 7; it should be a function"),
        ("my_agent:none", "my_agent:none should take a prompt, or a prompt and a context; it takes ()."),
        ("", "An agent needs a name. Write it as module:function, for example my_agent:agent"),
        ("my agent:agent", "my agent cannot be the name of a module."),
        ("my_agent:", "cannot be the name of a module."),
        ("agent:agent", "Thinkaloud itself has a module called agent. Give your file another name."),
        ("main", "Thinkaloud itself has a module called main. Give your file another name."),
        ("random.py", "Python itself has a module called random. Give your file another name."),
        ("pytest.py", "An installed package is called pytest, too. Give your file another name."),
        ("my.third.py", "my.third.py cannot be imported, for the dots in its name. Rename it."),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_said(write: Write, tmp_path: Path, name: str, said: str):
    write("my_agent.py", SAYS.format("Yes.") + "\nother = agent\nnumber = 7\n\n\ndef none():\n    pass\n")
    write("my_folder/__init__.py", "")
    for file in ("agent.py", "main.py", "random.py", "pytest.py", "my.third.py"):
        write(file, SAYS.format("Yes."))
    assert said in refusal(name, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("async def agent(prompt)\n    pass\n", "my_agent:agent cannot be loaded: SyntaxError: expected ':' "
         "(my_agent.py, line 1)."),
        ("import my_broken\n", "my_agent:agent cannot be loaded: SyntaxError: expected ':' (my_broken.py, line 2)."),
        ("\nimport nowhere_to_be_found\n", "my_agent:agent needs the module nowhere_to_be_found, which is not there "
         "(my_agent.py, line 2)."),
        ("import my_failing\n", "my_agent:agent cannot be loaded: ZeroDivisionError: division by zero "
         "(my_failing.py, line 3)."),
        ("import sys\nsys.exit(1)\n", "my_agent:agent cannot be loaded: it wanted to end the program "
         "(my_agent.py, line 2)."),
        ("from agent import AgentThoughts\n", "my_agent:agent cannot be loaded: ImportError: cannot import name "
         "'AgentThoughts' from 'agent'"),
        ("open('/home/ada/secret/none.txt')\n", "FileNotFoundError: [Errno 2] No such file or directory: 'none.txt' "
         "(my_agent.py, line 1)."),
    ],
)  # fmt: skip
def test_what_cannot_be_loaded_is_said_with_its_place(write: Write, tmp_path: Path, text: str, said: str):
    write("my_agent.py", text)
    write("my_broken.py", "# a comment\ndef f()\n")
    write("my_failing.py", "\n\n1 / 0\n")
    message = refusal("my_agent:agent", tmp_path)
    assert said in message
    assert "/home" not in message


async def test_a_failure_names_the_innermost_of_their_own_lines(write: Write, tmp_path: Path):
    write("my_tools/parse.py", "import json\n\n\ndef parse(text):\n    return json.loads(text)\n")
    write("my_agent.py", "from my_tools.parse import parse\n\n\nasync def agent(prompt):\n    yield parse(prompt)\n")
    message = await failure(Custom.named("my_agent:agent", folder=tmp_path))
    assert message == (
        "my_agent:agent failed: JSONDecodeError: Expecting value: line 1 column 1 (char 0) (my_tools/parse.py, line 5)."
    )


async def test_a_failure_in_a_thread_has_its_place_too(write: Write, tmp_path: Path):
    write("my_agent.py", "def agent(prompt):\n    yield 'Yes.'\n    raise ValueError('no')\n")
    message = await failure(Custom.named("my_agent:agent", folder=tmp_path))
    assert message == "my_agent:agent failed: ValueError: no (my_agent.py, line 3)."


# ── --watch ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_saved_counts_from_the_next_turn_on(write: Write, tmp_path: Path):
    write("my_agent.py", SAYS.format("1"))
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    for text in "23456":  # as long as before, and within the same second: a .pyc would be believed
        write("my_agent.py", SAYS.format(text))
        assert await answer(agent) == text
    assert [name for _, _, names in os.walk(tmp_path) for name in names] == ["my_agent.py"]


async def test_without_watch_it_stays_as_it_was(write: Write, tmp_path: Path):
    write("my_agent.py", SAYS.format("1"))
    agent = Custom.named("my_agent:agent", folder=tmp_path)
    write("my_agent.py", SAYS.format("2"))
    assert await answer(agent) == "1"


async def test_nothing_is_loaded_anew_while_nothing_is_saved(write: Write, tmp_path: Path):
    write("my_agent.py", "import sys\nsys.my_loads = getattr(sys, 'my_loads', 0) + 1\n\n\n"
          "def agent(prompt):\n    return str(sys.my_loads)\n")  # fmt: skip
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    try:
        assert [await answer(agent) for _ in range(3)] == ["1", "1", "1"]
    finally:
        del sys.my_loads  # type: ignore[attr-defined]


async def test_a_module_of_theirs_counts_as_well_even_one_that_was_imported_late(write: Write, tmp_path: Path):
    write("my_words.py", "WORD = 'a'\n")
    write("my_package/late.py", "WORD = 'a'\n")
    write("my_agent.py", "import my_words\n\n\nasync def agent(prompt):\n    from my_package import late\n"
          "    yield my_words.WORD + late.WORD\n")  # fmt: skip
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    assert await answer(agent) == "aa"
    write("my_words.py", "WORD = 'b'\n")
    assert await answer(agent) == "ba"
    write("my_package/late.py", "WORD = 'b'\n")
    assert await answer(agent) == "bb"


async def test_installed_packages_are_left_alone(write: Write, tmp_path: Path):
    write("venv/site-packages/my_installed.py", "WORD = 'a'\n")
    write("my_agent.py", f"import sys\nsys.path.append({str(tmp_path / 'venv/site-packages')!r})\n"
          "import my_installed\n\n\ndef agent(prompt):\n    return my_installed.WORD\n")  # fmt: skip
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    first = sys.modules["my_installed"]
    write("my_agent.py", (tmp_path / "my_agent.py").read_text() + "\n")
    write("venv/site-packages/my_installed.py", "WORD = 'b'\n")
    assert await answer(agent) == "a"
    assert sys.modules["my_installed"] is first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def agent(prompt)\n", "my_agent:agent cannot be loaded: SyntaxError: expected ':' (my_agent.py, line 1)."),
        ("1 / 0\n", "my_agent:agent cannot be loaded: ZeroDivisionError: division by zero (my_agent.py, line 1)."),
        ("import my_no\n", "my_agent:agent needs the module my_no, which is not there (my_agent.py, line 1)."),
        ("", "my_agent has nothing called agent."),
        (None, "There is no module my_agent, neither here nor installed."),
    ],
    ids=["syntax", "error", "import", "empty", "gone"],
)  # fmt: skip
async def test_a_save_that_breaks_it_is_said_and_the_next_heals_it(
    write: Write, tmp_path: Path, text: str | None, said: str
):
    path = write("my_agent.py", SAYS.format("1"))
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    for _ in range(2):
        assert (await failure(agent)).startswith(said)
    write("my_agent.py", SAYS.format("2"))
    assert await answer(agent) == "2"


async def test_a_broken_module_of_theirs_is_healed_by_itself(write: Write, tmp_path: Path):
    write("my_words.py", "WORD = 'a'\n")
    write("my_agent.py", "import my_words\n\n\ndef agent(prompt):\n    return my_words.WORD\n")
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    write("my_words.py", "WORD = \n")
    assert await failure(agent) == "my_agent:agent cannot be loaded: SyntaxError: invalid syntax (my_words.py, line 1)."
    write("my_words.py", "WORD = 'b'\n")
    assert await answer(agent) == "b"


async def test_a_turn_goes_on_with_what_it_began_with(write: Write, tmp_path: Path):
    text = "WORD = '{}'\n\n\nasync def agent(prompt, context):\n    await context.ask('?')\n    yield WORD\n"
    write("my_agent.py", text.format("1"))
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    prompt = Prompt(parts=(UserText(author="Ada", content="Why?"),))
    turns = []
    for word in "12":
        write("my_agent.py", text.format(word))
        turn = agent.stream(prompt)
        turns.append((turn, await anext(turn)))
    for (turn, question), word in zip(turns, "12", strict=True):
        assert isinstance(question, AskPiece)
        question.answer("")
        assert await anext(turn) == TextPiece(text=word)
        await turn.aclose()


async def test_loading_blocks_nobody_and_can_be_stopped(write: Write, tmp_path: Path):
    write("my_agent.py", SAYS.format("1"))
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    sys.my_gate, sys.my_begun = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    try:
        write("my_agent.py", "import sys\nsys.my_begun.set()\nsys.my_gate.wait(10)\n" + SAYS.format("2"))
        turn = asyncio.create_task(answer(agent))
        await until(sys.my_begun.is_set)  # type: ignore[attr-defined]
        turn.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait([turn])
        assert turn.cancelled()
        sys.my_gate.set()  # type: ignore[attr-defined]
        assert await answer(agent) == "2"
    finally:
        del sys.my_gate, sys.my_begun  # type: ignore[attr-defined]


async def test_a_touch_without_a_change_does_no_harm(write: Write, tmp_path: Path):
    path = write("my_agent.py", SAYS.format("1"))
    agent = Custom.named("my_agent:agent", watch=True, folder=tmp_path)
    os.utime(path, ns=(1, 1))
    assert await answer(agent) == "1"
