"""`python -m agent "why?"`: the agent in a terminal, thinking aloud. Nothing is kept."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import aclosing
from functools import partial
from pathlib import Path

from .chance import Chance
from .errors import ThinkaloudError
from .events import Event, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd
from .hub import Hub
from .providers import choose
from .store import MemoryStore
from .tools import toolbox

COLOURS = {"thinking": "35", "action": "34", "observation": "36", "answer": "32", "error": "31"}
HELP = Path(__file__).parent.parent / "docs" / "help"


def main(arguments: list[str]) -> int:
    """Asks once and prints what happens as it happens; 0 if it was answered, 1 if not, 2 if it could not be asked."""
    parser = argparse.ArgumentParser(prog="python -m agent", description="Watch the agent think, in a terminal.")
    parser.add_argument("question", nargs="+", help="what to ask")
    parser.add_argument("--model", default="demo:rules", help="provider:name (default: demo:rules)")
    parser.add_argument("--pace", type=float, default=1.0, help="1 like a real model, 0 without any waiting")
    parser.add_argument("--docs", type=Path, help="folder that the search tool also looks through")
    given = parser.parse_args(arguments)
    try:
        return asyncio.run(ask(" ".join(given.question), model=given.model, pace=given.pace, docs=given.docs))
    except ThinkaloudError as error:
        print(error.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


async def ask(question: str, *, model: str, pace: float, docs: Path | None = None) -> int:
    chance = Chance()
    provider = partial(choose, pace=pace, chance=chance)
    tools = toolbox(clock=chance.clock, folders=[HELP, *([docs] if docs else [])])
    session = Hub(MemoryStore(), provider=provider, tools=tools, model=model, chance=chance).new()
    session.say(question)
    terminal = Terminal(colour=sys.stdout.isatty())
    async with aclosing(session.log.follow()) as follower:
        async for events in follower:
            for event in events:
                terminal.show(event)
                if isinstance(event, TurnEnd):
                    return 0 if event.reason == "done" else 1
    return 1


class Terminal:
    """Prints events: a head for each thought, then its text as it grows."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._whole: set[str] = set()

    def show(self, event: Event) -> None:
        match event:
            case ThoughtStart():
                if event.kind == "observation":
                    self._whole.add(event.thought)
                self._print(f"\n{self._painted(event.kind, event.kind.capitalize())}\n")
            case ThoughtDelta():
                self._print(event.content)
            case ThoughtEnd():
                if event.thought in self._whole:
                    self._print(event.content if event.ok else self._painted("error", event.content))
                self._print(f"  ({event.ms / 1000:.1f} s)\n" if event.ms >= 100 else "\n")
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
