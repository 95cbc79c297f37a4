"""The dialect `room`: people and one agent; as `agent`, but for how a turn begins and ends well."""

from __future__ import annotations

from collections.abc import Sequence

from agent.events import Event, TurnEnd, TurnStart

from ..facts import Facts
from ..shape import COUNT, NUMBER, OBJECT, TEXT, Frame, Shape
from . import agent
from .base import Dialect
from .ephemeral import EPHEMERAL, refusal

AGENT_THINKING = Shape(type="agent_thinking", says="a turn began", fields={"by": TEXT, "model": TEXT})
AGENT_RESPONSE = Shape(
    type="agent_response",
    says="the whole answer; `usage` is empty where nobody counted, `cost_usd` left out where nobody knows",
    fields={"content": TEXT, "usage": OBJECT, "ms": COUNT},
    optional={"cost_usd": NUMBER},
)


def words(event: Event, facts: Facts) -> Sequence[Frame]:
    match event:
        case TurnStart():
            return [AGENT_THINKING.frame(event, by=event.by, model=event.model)]
        case TurnEnd(reason="done"):
            return [AGENT_RESPONSE.frame(event, **agent.answered(event, facts))]
        case _:
            return agent.words(event, facts)


ROOM = Dialect(
    name="room",
    words=words,
    refusal=refusal,
    shapes=(agent.USER_MESSAGE, AGENT_THINKING, *agent.TOLD, AGENT_RESPONSE, *EPHEMERAL),
    json=True,
    prompts=False,
    whole=True,
    ephemeral=True,
)
