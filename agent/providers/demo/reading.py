"""A prompt as the demo brain reads it: turns of what was asked, what was observed, what was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base import AnswerText, Note, Prompt, Reasoning, ToolCall, ToolResult, UserText
from .terms import Call, Seen

GO_ON = re.compile(r"\s*(?:please )?(?:continue|go on|carry on|keep going|resume|weiter)(?: please)?[\s.!]*", re.I)


@dataclass(slots=True, kw_only=True)
class Turn:
    """One request, so many `files` with it, and what came of it so far. `cut` when it was stopped, `resumed` when it
    was gone on with.

    `thought`: something was thought already; `recent`: something was observed since it was gone on with; `fresh`: what
    was observed and never thought about.
    """

    request: str
    files: int = 0
    results: dict[str, Seen] = field(default_factory=dict[str, Seen])
    answer: str = ""
    cut: str = ""
    resumed: bool = False
    thought: bool = False
    recent: bool = False
    fresh: set[str] = field(default_factory=set[str])

    @property
    def closed(self) -> bool:
        return bool(self.answer or self.cut)

    def seen(self, call: Call) -> Seen | None:
        return self.results.get(key(call.tool, call.args))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All turns, oldest first (at least one), and the ids of calls that the prompt has already."""

    turns: tuple[Turn, ...]
    calls: frozenset[str]


def read(prompt: Prompt) -> Reading:
    """Messages that nobody answered yet belong together; “continue” and its note reopen the turn that was cut."""
    turns: list[Turn] = []
    called: dict[str, ToolCall] = {}
    for part in prompt.parts:
        now = turns[-1] if turns else Turn(request="")
        match part:
            case UserText() if turns and now.cut and GO_ON.fullmatch(part.content[:40]):
                _reopen(now)
            case UserText() if turns and not now.closed:
                now.request += "\n" + part.content
                now.files += len(part.attachments)
            case UserText():
                turns.append(Turn(request=part.content, files=len(part.attachments)))
            case Reasoning():
                now.thought = True
                now.fresh.clear()
            case ToolCall():
                called[part.call] = part
            case ToolResult():
                now.recent = True
                if call := called.get(part.call):
                    name = key(call.tool, call.args)
                    now.results[name] = Seen(ok=part.ok, content=part.content)
                    now.fresh.add(name)
            case AnswerText():
                now.answer += part.content
                now.fresh.clear()
            case Note(kind="continue"):
                _reopen(now)
            case Note():
                now.cut = part.kind
    return Reading(turns=tuple(turns) or (Turn(request=""),), calls=frozenset(called))


def key(tool: str, args: Mapping[str, Any]) -> str:
    """Equal calls have equal keys, also after a journey through JSON."""
    plain = {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in args.items()}
    return f"{tool} {json.dumps(plain, sort_keys=True, default=str)}"


def _reopen(turn: Turn) -> None:
    """A call that failed and was never thought about was rather stopped in the middle: it is made again."""
    for name in turn.fresh:
        if name in turn.results and not turn.results[name].ok:
            del turn.results[name]
    turn.fresh.clear()
    turn.cut, turn.resumed, turn.recent = "", True, False
