"""What an agent may know besides the prompt, and do besides yielding."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

from ...errors import ToolError
from ...sound import sound
from ..base import AnswerText, AskPiece, Attachment, Part, Piece, ProgressPiece, Prompt, UsePiece, UserText

T = TypeVar("T")


class Said(NamedTuple):
    """Something that was said in an earlier turn."""

    role: Literal["user", "agent"]
    content: str


class Context:
    """The turn as the agent sees it. It comes as the second argument, where a function takes one.

    `ask`, `progress`, `tool`, `wait` and an attachment's `read` are awaited in async code; in a thread, as in an agent
    that is a plain generator, they block and return what `await` would. At Stop whatever waits in one of them gets
    asyncio.CancelledError, which `except Exception` lets through.
    """

    def __init__(self, prompt: Prompt, put: Callable[[Piece], Awaitable[None]]) -> None:
        asked = _asked(prompt.parts)
        messages = [part for part in prompt.parts[asked] if isinstance(part, UserText)]
        resumed = asked.stop < len(prompt.parts)
        self.prompt: str = "\n\n".join(message.content for message in messages if message.content)
        """What the person wrote; several messages that waited are joined by blank lines."""
        self.user: str = messages[-1].author if messages else ""
        """Who wrote it."""
        self.resumed = resumed
        """The person pressed Continue: `prompt` is the last message again, and `history` has it, too."""
        self.history: Sequence[Said] = _history(prompt.parts if resumed else prompt.parts[: asked.start])
        """What was said in earlier turns, each with `role` (user or agent) and `content`; roles alternate."""
        self.tools: Sequence[str] = tuple(spec.name for spec in prompt.tools)
        """The names that `tool` knows."""
        self.attachments: Sequence[AttachedFile] = tuple(
            AttachedFile(attachment, prompt, self) for message in messages for attachment in message.attachments
        )
        """The files that came with the message: `name`, `media_type`, `size` and `read()`."""
        self._put = put
        self._loop = asyncio.get_running_loop()
        self._waiting: set[Future[Any]] = set()
        self._hopes: set[asyncio.Future[Any]] = set()
        self._over = threading.Event()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether the person stopped the turn: a blocking agent looks now and then, and returns."""
        return self._stopped

    def ask(self, question: str, choices: Iterable[str] = ()) -> Any:
        """The person's answer (str), whenever it comes."""
        choices = (choices,) if isinstance(choices, str) else choices
        return self.here(self._ask(sound(str(question)), tuple(sound(str(choice)) for choice in choices)))

    def progress(self, percent: float, message: str = "") -> Any:
        """Shows how far the turn is, 0 to 100."""
        return self.here(self._say(ProgressPiece(percent=_whole(percent), message=sound(str(message)))))

    def tool(self, name: str, /, **args: Any) -> Any:
        """What the tool says (str). Raises ToolError where it could not do it."""
        return self.here(self._tool(name, args))

    def wait(self, seconds: float) -> Any:
        """Sleeps, but not through a Stop. Returns whether the turn was stopped (bool)."""
        return self.here(self._sleep(seconds)) if _running() else self._over.wait(seconds) and self._stopped

    def here(self, work: Coroutine[Any, Any, Any]) -> Any:
        """`work` on the turn's event loop: to be awaited where the caller can, waited for where it is in a thread."""
        running = _running()
        if running is self._loop and not self._over.is_set():
            return work
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop is closed
            work.close()
            raise asyncio.CancelledError from None
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        if self._over.is_set():
            future.cancel()
        if running:
            return asyncio.wrap_future(future)
        try:
            return future.result()
        except CancelledError:
            raise asyncio.CancelledError from None

    def end(self, *, stopped: bool = False) -> None:
        """Lets go of everybody who waits, in a thread or in a task; nobody can ask or say anything any more."""
        self._stopped = stopped
        self._over.set()
        for future in [*self._waiting, *self._hopes]:
            future.cancel()

    async def _say(self, piece: Piece) -> None:
        await self._put(piece)

    async def _ask(self, question: str, choices: tuple[str, ...]) -> str:
        answer: asyncio.Future[str] = self._hope()
        hear = partial(_settle, answer)
        await self._put(AskPiece(content=question, answer=hear, choices=choices))
        return await answer

    async def _tool(self, name: str, args: dict[str, Any]) -> str:
        try:
            args = json.loads(sound(json.dumps(args, ensure_ascii=False)))
        except (TypeError, ValueError) as error:
            raise ToolError(f"{name} was given what a tool cannot take: {error}.") from error
        outcome: asyncio.Future[tuple[bool, str]] = self._hope()

        def observe(ok: bool, content: str) -> None:
            _settle(outcome, (ok, content))

        await self._put(UsePiece(tool=name, args=args, observe=observe))
        ok, content = await outcome
        if not ok:
            raise ToolError(content)
        return content

    async def _sleep(self, seconds: float) -> bool:
        end = self._hope()
        try:
            await asyncio.wait([end], timeout=max(0.0, seconds))
        finally:
            end.cancel()
        return self._stopped

    def _hope(self) -> asyncio.Future[Any]:
        """Something that the turn's end takes away."""
        hope = self._loop.create_future()
        self._hopes.add(hope)
        hope.add_done_callback(self._hopes.discard)
        return hope


class AttachedFile:
    """A file that came with the message; `size` in bytes."""

    def __init__(self, attachment: Attachment, prompt: Prompt, context: Context) -> None:
        self.name: str = attachment.name
        self.media_type: str = attachment.media_type
        self.size: int = attachment.size
        self._read = partial(prompt.read, attachment.id)
        self._context = context

    def read(self) -> Any:
        """Its bytes. Raises StorageError, NotFound."""
        return self._context.here(asyncio.to_thread(self._read))


def _asked(parts: Sequence[Part]) -> slice:
    """Where the last messages in a row are."""
    stop = len(parts)
    while stop and not isinstance(parts[stop - 1], UserText):
        stop -= 1
    start = stop
    while start and isinstance(parts[start - 1], UserText):
        start -= 1
    return slice(start, stop)


def _history(parts: Sequence[Part]) -> list[Said]:
    """What was said aloud; what one side said in a row is one."""
    said: list[Said] = []
    for part in parts:
        if not isinstance(part, UserText | AnswerText) or not part.content:
            continue
        role = "user" if isinstance(part, UserText) else "agent"
        if said and said[-1].role == role:
            said[-1] = Said(role, f"{said[-1].content}\n\n{part.content}")
        else:
            said.append(Said(role, part.content))
    return said


def _settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _whole(percent: float) -> int:
    return round(min(100.0, max(0.0, percent))) if percent == percent else 0  # NaN is unlike itself


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
