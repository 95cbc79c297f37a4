"""`@tool` makes a typed function a tool: the schema from its types, the description from its docstring.

    @tool
    def convert(value: float, unit: str, to: str) -> str:
        '''Convert a quantity from one unit to another.'''

A tool returns text (or a value whose `str()` is text). It fails by raising ToolError with a sentence;
any other exception becomes a sentence without its inner workings. Either way the loop goes on.
"""

from __future__ import annotations

import asyncio
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, overload

from ..errors import ToolError

SECONDS = 10.0
CHARACTERS = 20_000
JSON_TYPES: dict[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call came to: the text to observe, and whether the tool did what was asked."""

    ok: bool
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool: name, description, JSON Schema of its arguments, and how to run it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    function: Callable[..., Any]
    seconds: float = SECONDS

    async def run(self, args: Mapping[str, Any]) -> Outcome:
        """Never raises but for cancellation: at most `seconds` long, at most 20,000 characters of result.

        A synchronous tool runs in a thread, which goes on unseen after a time-out: it must bound its own work.
        """
        try:
            wanted = self._checked(args)
            async with asyncio.timeout(self.seconds):
                if inspect.iscoroutinefunction(self.function):
                    result = await self.function(**wanted)
                else:
                    result = await asyncio.to_thread(self.function, **wanted)
            return Outcome(ok=True, content=_bounded(str(result)))
        except ToolError as error:
            return Outcome(ok=False, content=_bounded(error.message))
        except TimeoutError:
            return Outcome(ok=False, content=f"{self.name} took longer than {self.seconds:g} s and was given up.")
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return Outcome(ok=False, content=f"{self.name} was cancelled before it was done.")
        except BaseException as error:  # a tool's fault must not end the turn, or the server
            return Outcome(ok=False, content=_bounded(f"{self.name} failed: {type(error).__name__}: {error}"))

    def _checked(self, args: Mapping[str, Any]) -> dict[str, Any]:
        properties: Mapping[str, Any] = self.schema["properties"]
        if missing := [name for name in self.schema["required"] if args.get(name) is None]:
            raise ToolError(f"{self.name} needs {', '.join(missing)}.")
        if strange := [name for name in args if name not in properties]:
            raise ToolError(f"{self.name} does not take {', '.join(strange)}.")
        return {name: _coerced(self.name, name, properties[name], value) for name, value in args.items()}


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(*, name: str | None = None, seconds: float = SECONDS) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None, seconds: float = SECONDS
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """The function as a Tool. Parameters may be str, int, float, bool, Literal of strings, list of these, or
    any of them or None; one with a default is optional. Anything else raises TypeError at once."""

    def made(function: Callable[..., Any]) -> Tool:
        return Tool(
            name=name or function.__name__,
            description=inspect.cleandoc(function.__doc__ or ""),
            schema=_schema(function),
            function=function,
            seconds=seconds,
        )

    return made(function) if function else made


def _schema(function: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(function)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        properties[parameter.name] = _type(hints.get(parameter.name), f"{function.__name__}({parameter.name})")
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(hint: Any, where: str) -> dict[str, Any]:
    if hint in JSON_TYPES:
        return {"type": JSON_TYPES[hint]}
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(inner)}
    if origin in (list, Sequence):
        return {"type": "array", "items": _type(inner[0], where)}
    if origin in (types.UnionType, Union) and type(None) in inner and len(inner) == 2:
        return _type(next(arm for arm in inner if arm is not type(None)), where)
    raise TypeError(f"{where} needs a type that JSON has, not {hint!r}")


def _coerced(tool: str, name: str, schema: Mapping[str, Any], value: Any) -> Any:
    """Models send "3" for 3 and 3 for 3.0; what cannot be read that way is the model's mistake, told to it."""
    kind = schema["type"]
    try:
        if value is None:
            return None
        if kind == "number":
            return float(value)
        if kind == "integer":
            return int(value)
        if kind == "string":
            if "enum" in schema and value not in schema["enum"]:
                raise ToolError(f"{tool}: {name} is one of {', '.join(schema['enum'])}.")
            return str(value)
    except (TypeError, ValueError, OverflowError) as error:
        article = "an" if kind[0] in "aio" else "a"
        raise ToolError(f"{tool}: {name} should be {article} {kind}, not {_bounded(repr(value), 80)}.") from error
    return value


def _bounded(text: str, characters: int = CHARACTERS) -> str:
    if len(text) <= characters:
        return text
    return text[:characters] + f"\n… cut: {len(text) - characters:,} more characters."
