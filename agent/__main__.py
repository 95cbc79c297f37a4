"""`python -m agent "why?"`: the agent in a terminal, thinking aloud. Nothing is kept."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import fields
from pathlib import Path

from .chance import Chance
from .errors import NotFound, ThinkaloudError
from .events import AskOpened, Event, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd, TurnRetried
from .hub import Hub
from .models import Models
from .session import Session
from .settings import Settings, environment
from .store import MemoryStore
from .tools import toolbox
from .vendors.keys import MemoryKeys
from .vendors.vendors import Vendors

SETTINGS = ("model", "agent", "effort", "budget", "docs", "pace")
COLOURS = {"thinking": "35", "action": "34", "observation": "36", "answer": "32", "question": "33", "error": "31"}
HELP = Path(__file__).parent.parent / "docs" / "help"


def main(arguments: Sequence[str]) -> int:
    """Asks once and prints what happens as it happens; 0 if it was answered, 1 if not, 2 if it could not be asked."""
    parser = argparse.ArgumentParser(
        prog="python -m agent",
        description="Watch the agent think, in a terminal.",
        epilog="Keys, and settings that are not given, are read from the environment or a file .env; see .env.example.",
    )
    parser.add_argument("question", nargs="+", help="what to ask")
    helps = {setting.name: setting.metadata["help"].replace("%", "%%") for setting in fields(Settings)}
    for name in SETTINGS:
        parser.add_argument(f"--{name}", help=helps[name])
    given = vars(parser.parse_args(arguments))
    question = " ".join(given.pop("question"))
    flags = [f"--{name}={value}" for name, value in given.items() if value is not None]
    try:
        environ = environment()
        settings = Settings.read(flags, environ)
        chance = Chance()
        models = Vendors.from_settings(settings, environ, kept=MemoryKeys(), chance=chance)
        return asyncio.run(ask(question, models=models, chance=chance, docs=settings.docs))
    except ThinkaloudError as error:
        print(error.message, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read has seen enough; nothing may be flushed into that pipe at the end
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 141
    except KeyboardInterrupt:
        return 130


async def ask(question: str, *, models: Models, chance: Chance, docs: str = "") -> int:
    tools = toolbox(clock=chance.clock, folders=[HELP, *([Path(docs)] if docs else [])])
    session = Hub(MemoryStore(), models=models, tools=tools, chance=chance).new()
    try:
        return await _asked(session, question)
    finally:
        session.stop(by=None, why="shutdown")  # after Ctrl-C; else it has ended
        await session.wait_idle()
        await models.close()


async def _asked(session: Session, question: str) -> int:
    session.say(question)
    terminal = Terminal(colour=sys.stdout.isatty())
    async with aclosing(session.log.follow()) as follower:
        async for events in follower:
            for event in events:
                terminal.show(event)
                if isinstance(event, AskOpened):
                    await _answer(session, event)
                if isinstance(event, TurnEnd):
                    return 0 if event.reason == "done" else 1
    return 1


async def _answer(session: Session, question: AskOpened) -> None:
    """What is typed answers the agent; at the end of the input, nobody is there to answer."""
    while line := await _typed():
        if line.strip():
            with suppress(NotFound):  # it did not wait for us
                session.reply(question.ask, line)
            return
    session.stop()


async def _typed() -> str:
    """The next line, or "" at the end of the input. Nobody has to press Enter once they pressed Ctrl-C: the thread is
    a daemon, and holds no lock of `sys.stdin` for which the interpreter would wait at its end."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        try:
            with open(0, "rb", buffering=0, closefd=False) as stdin:
                line = stdin.readline().decode(errors="replace")
        except OSError:  # there is none
            line = ""
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(lambda: typed.done() or typed.set_result(line))

    threading.Thread(target=read, name="typed", daemon=True).start()
    return await typed


class Terminal:
    """Prints events: a head for each thought, then its text as it grows."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._silent: set[str] = set()  # thoughts of which nothing was told yet

    def show(self, event: Event) -> None:
        match event:
            case ThoughtStart():
                self._silent.add(event.thought)
                self._print(f"\n{self._painted(event.kind, event.kind.capitalize())}\n")
            case ThoughtDelta():
                self._silent.discard(event.thought)
                self._print(event.content)
            case ThoughtEnd():
                if event.thought in self._silent:
                    self._print(event.content if event.ok else self._painted("error", event.content))
                self._print(f"  ({event.ms / 1000:.1f} s)\n" if event.ms >= 100 else "\n")
            case AskOpened():
                choices = f" ({' / '.join(event.choices)})" if event.choices else ""
                self._print(f"\n{self._painted('question', event.content)}{choices}\n> ")
            case TurnRetried():
                again = f"Trying again by itself in {event.in_ms / 1000:.0f} s."
                self._print(f"\n{self._painted('error', event.message)} {again}\n")
            case TurnEnd(error=error) if error:
                self._print(f"\n{self._painted('error', error.message)}\n")
            case _:
                pass

    def _painted(self, kind: str, text: str) -> str:
        return f"\033[1;{COLOURS[kind]}m{text}\033[0m" if self._colour else text

    def _print(self, text: str) -> None:
        print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
