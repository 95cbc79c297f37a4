"""Somebody's function: what it takes, and all that it says when it is called."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Any, cast

from ...errors import BadRequest, ProviderError
from .blocking import Blocking, is_blocking
from .context import Context
from .reading import POSSIBLE, is_thought
from .trouble import Home, shown


class Function:
    """Raises BadRequest where `agent` cannot be called with a prompt, or with a prompt and a context."""

    def __init__(self, agent: Any, label: str, home: Home = lambda file: "") -> None:
        self.label = label
        self.home = home
        self._agent = agent
        if not callable(agent):
            raise BadRequest(f"{label} is {shown(agent)}; it should be a function that takes a prompt.")
        self._takes = _takes(agent, label)
        self._waits = _waits(agent)

    async def call(self, context: Context) -> AsyncGenerator[Any, None]:
        """Everything that one call yields or returns. Its function runs in a thread unless it is an `async` one."""
        thread = None if self._waits else Blocking(lambda: self._made(context), self.label)
        try:
            made = await thread.made() if thread else self._made(context)
            while inspect.isawaitable(made) and not isinstance(made, AsyncIterable):
                made = await made
            if is_blocking(made):
                blocking, outer = made, thread
                thread = Blocking(lambda: blocking, self.label)
                if outer:
                    outer.close()
                made = await thread.made()
            if made is None or is_thought(made):
                yield made
            elif isinstance(made, AsyncIterable):
                things = aiter(cast("AsyncIterable[Any]", made))
                try:
                    async for thing in things:
                        yield thing
                finally:
                    if aclose := getattr(things, "aclose", None):
                        await aclose()
            else:
                raise ProviderError(f"{self.label} returned {shown(made)}. {POSSIBLE}", kind="agent")
        finally:
            if thread:
                thread.close()

    def _made(self, context: Context) -> Any:
        match self._takes:
            case "prompt":
                return self._agent(context.prompt)
            case "pair":
                return self._agent(context.prompt, context)
            case _:
                return self._agent(context.prompt, context=context)


def _takes(agent: Callable[..., Any], label: str) -> str:
    try:
        signature = inspect.signature(agent)
    except (TypeError, ValueError):
        return "prompt"
    named = signature.parameters.get("context")
    if named and named.kind in (named.POSITIONAL_OR_KEYWORD, named.KEYWORD_ONLY) and _binds(signature, 1, named=True):
        return "named"
    if _binds(signature, 1):
        return "prompt"
    if _binds(signature, 2):
        return "pair"
    raise BadRequest(f"{label} should take a prompt, or a prompt and a context; it takes {signature}.")


def _binds(signature: inspect.Signature, count: int, *, named: bool = False) -> bool:
    try:
        signature.bind(*[None] * count, **({"context": None} if named else {}))
    except TypeError:
        return False
    return True


def _waits(agent: Callable[..., Any]) -> bool:
    """Whether calling it blocks nothing, since it is an `async def`: also as a method, a partial, a `__call__`."""
    for function in (agent, getattr(type(agent), "__call__", None)):  # noqa: B004 (the function itself is wanted)
        if inspect.isasyncgenfunction(function) or inspect.iscoroutinefunction(function):
            return True
    return False
