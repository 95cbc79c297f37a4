"""`python -m agent.client URL "why?"`: an agent that runs elsewhere, in this terminal or in a pipe."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress

from rich.console import Console

from ..errors import ThinkaloudError
from ..events import AskClosed, AskOpened
from ..settings import PREFIX, environment
from .agent import Agent, connect
from .terminal import Lines, Screen, Terminal
from .thought import Telling, Thought
from .trouble import AgentError

YES, NO = ("y", "yes", "allow", "ok"), ("n", "no", "deny")
notes = Console(stderr=True, highlight=False)


def main(arguments: Sequence[str]) -> int:
    """0 if it was answered, 1 if that failed or was stopped, 2 if it could not be asked, 130 after a second Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m agent.client",
        description="Ask an agent that runs elsewhere, and watch it think. Ctrl-C stops it; a second one leaves.",
    )
    parser.add_argument("url", help="where it is: http://localhost:8000, or the address of a session's page")
    parser.add_argument("question", nargs="*", help="what to ask; - reads it from the input, none follows the session")
    parser.add_argument("--session", help="which session (default: a new one)")
    parser.add_argument("--after", type=int, help="without a question: from which event on; 0 is from the start")
    parser.add_argument("--token", help=f"who you are, where one has to sign in (default: {PREFIX}TOKEN)")
    parser.add_argument("--tries", type=int, default=5, help="how often to try in a row to connect (default: 5)")
    parser.add_argument("--json", action="store_true", help="print the log's events as JSON, one a line")
    given = parser.parse_args(arguments)
    question = sys.stdin.read() if given.question == ["-"] else " ".join(given.question)
    if not question.strip() and (given.question or not (given.session or "/s/" in given.url)):
        parser.error("What is to be asked? Or which --session is to be followed?")
    screen = Lines() if given.json else Terminal(Console(highlight=False), people=not question)
    try:
        token = given.token or environment().get(f"{PREFIX}TOKEN")
        agent = connect(given.url, session=given.session, token=token, tries=given.tries, retrying=_retrying)
        return asyncio.run(_asked(agent, question, screen) if question else _followed(agent, given.after, screen))
    except ThinkaloudError as error:
        notes.print(error.message, style="red", markup=False)
        return 2
    except BrokenPipeError:  # whoever read has seen enough; nothing may be flushed into that pipe at the end
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 141
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    finally:
        if isinstance(screen, Terminal):
            screen.rest()


async def _asked(agent: Agent, question: str, screen: Screen) -> int:
    async with agent:
        with _Stopping(agent):
            return await _shown(agent, agent.ask(question), screen)


async def _followed(agent: Agent, after: int | None, screen: Screen) -> int:
    async def told() -> AsyncGenerator[Thought, None]:
        telling = Telling()
        async with aclosing(agent.events(after)) as events:
            async for event in events:
                if thought := telling.tell(event):
                    yield thought

    async with agent:
        await _shown(agent, told(), screen)
    return 0


async def _shown(agent: Agent, thoughts: AsyncGenerator[Thought, None], screen: Screen) -> int:
    answers = _Answers(agent) if sys.stdin.isatty() and isinstance(screen, Terminal) else None
    last = ""
    try:
        async with aclosing(thoughts):
            async for thought in thoughts:
                screen.show(thought)
                last = thought.kind
                if answers:
                    answers.note(thought)
    finally:
        if answers:
            await answers.close()
    return 0 if last == "done" else 1


class _Stopping:
    """The first Ctrl-C stops the agent, which then says how far it came; the second leaves at once."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._main = asyncio.current_task()
        with suppress(NotImplementedError):  # Windows: there the first one leaves
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._pressed)

    def __exit__(self, *_: object) -> None:
        with suppress(NotImplementedError):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        if self._task:
            self._task.cancel()

    def _pressed(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._stop())
        elif self._main:
            self._main.cancel()

    async def _stop(self) -> None:
        with suppress(AgentError):  # whoever reads hears of it, too
            await self._agent.interrupt()


class _Answers:
    """What is typed answers the question that is open. The thread that reads is a daemon, and holds no lock of
    `sys.stdin` for which the interpreter would wait at its end."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._open: AskOpened | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading = False

    def note(self, thought: Thought) -> None:
        match thought.event:
            case AskOpened() as question:
                self._open = question
                self._prompt()
            case AskClosed(ask=ask) if self._open and self._open.ask == ask:
                self._open = None
            case _:
                pass

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _prompt(self) -> None:
        choice = " [y/n]" if self._open and self._open.kind == "approval" else ""
        notes.print(f">{choice} ", end="", markup=False)
        if not self._reading:
            self._reading = True
            threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), name="typed", daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with (
            suppress(OSError, RuntimeError),
            open(0, "rb", buffering=0, closefd=False) as stdin,
        ):  # the loop may be over
            line = stdin.readline().decode(errors="replace")
            loop.call_soon_threadsafe(self._typed, line)

    def _typed(self, line: str) -> None:
        self._reading = False
        if not line or self._open is None:  # the input has ended, or somebody else was faster
            return
        said, approval = line.strip(), self._open.kind == "approval"
        if not said or (approval and said.lower() not in YES + NO):
            self._prompt()
            return
        task = asyncio.create_task(self._reply(self._open, said, approval))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, question: AskOpened, said: str, approval: bool) -> None:
        try:
            if approval:
                await self._agent.reply(question, allow=said.lower() in YES)
            else:
                await self._agent.reply(question, said)
        except AgentError as error:
            notes.print(error.message, style="red", markup=False)


def _retrying(why: str, seconds: float) -> None:
    notes.print(f"{why} Trying again in {seconds:.1f} s.", style="dim", markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
