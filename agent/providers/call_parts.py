"""Tool calls, put together from what servers send of them, which is not always what they should."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .base import Part, ToolCall
from .loose_json import mapping, text, whole

OWN = {"index", "id", "type", "function"}
LONGEST = 20_000  # characters of an id


@dataclass(slots=True, kw_only=True)
class CallPart:
    """A call so far; `extra` has the fields that only its server knows."""

    id: str = ""
    name: str = ""
    text: str = ""
    args: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def whole(self) -> bool:
        """Whether nothing is missing from its arguments, as far as can be seen."""
        return self.args is not None or not self.text.strip() or not arguments(self.text)[1]


class CallParts:
    """The calls of one step, in the order in which they began."""

    def __init__(self) -> None:
        self._calls: list[CallPart] = []
        self._by_index: dict[str, CallPart] = {}

    @property
    def calls(self) -> list[CallPart]:
        return [call for call in self._calls if call.name or call.text or call.args]

    def add(self, delta: Mapping[str, Any]) -> None:
        """Takes a delta. Its index may be missing, begin at 1 or be the same for all calls; its id may be missing; its
        name may come again; its arguments may be no text but an object."""
        function = mapping(delta.get("function"))
        id, name, args = _id(delta.get("id")), text(function.get("name")), function.get("arguments")
        index = _id(delta.get("index"))
        call = self._find(index, id, name)
        if call is None or _another(call, id, name, args):
            call = CallPart()
            self._calls.append(call)
        self._by_index[index] = call
        call.id = call.id or id
        call.name = call.name or name
        if isinstance(args, dict):
            call.args = {**(call.args or {}), **cast("dict[str, Any]", args)}
        elif isinstance(args, str):
            call.text += args
        call.extra |= {key: value for key, value in delta.items() if key not in OWN and value is not None}

    def _find(self, index: str, id: str, name: str) -> CallPart | None:
        if index:
            return self._by_index.get(index)
        if id:
            same = next((call for call in self._calls if call.id == id), None)
            if same or name:
                return same
        return self._calls[-1] if self._calls else None


def _another(call: CallPart, id: str, name: str, args: object) -> bool:
    """Whether a delta that came for `call` begins the next one."""
    if not name or (id and id == call.id) or not call.whole:
        return False
    if id and call.id:
        return True
    return bool(args) and bool(call.text.strip() or call.args is not None)


def arguments(written: str | Mapping[str, Any] | None) -> tuple[dict[str, Any], str]:
    """The arguments as an object and, where they are none, a sentence for the model that wrote them."""
    value: object = written
    try:
        for _ in range(2):  # some encode the text once more
            if isinstance(value, str):
                value = json.loads(value.strip().removeprefix("{}").lstrip() or "{}")  # some begin with an empty one
        value = whole(value)
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments of this call were no valid JSON ({error}), so it was not run. Write them again."
    if value is None:
        return {}, ""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value)), ""
    return {}, "The arguments of this call were no JSON object, so it was not run. Write them again as one."


def call_ids(parts: Iterable[Part]) -> set[str]:
    """The ids of all calls so far."""
    return {part.call for part in parts if isinstance(part, ToolCall)}


def new_id(wanted: str, taken: set[str]) -> str:
    """`wanted`, or where it is none or somebody has it already, one made from how many there are. Takes it."""
    number = len(taken)
    wanted = wanted if wanted.isprintable() and len(wanted) <= LONGEST else ""
    while not wanted or wanted in taken:
        number += 1
        wanted = f"call_{number}"
    taken.add(wanted)
    return wanted


def tool_name(tool: str) -> str:
    """`tool` as every vendor takes it back: models make up names that vendors refuse."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", tool)[:64] or "tool"


def _id(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""
