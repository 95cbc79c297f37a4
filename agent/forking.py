"""Asking again from an earlier turn: a new session that begins with a copy of the past (decision 6)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .errors import NotFound, ThinkaloudError
from .events import ForkedFrom, MessageWithdrawn, SessionCreated, SessionSwitched, TurnEnd
from .store import Card
from .transcript import Turn

if TYPE_CHECKING:
    from .hub import Hub
    from .session import Session


async def fork(
    hub: Hub,
    session: str,
    turn: str,
    *,
    by: str = "owner",
    owner: str = "",
    message: str | None = None,
    content: str | None = None,
) -> Session:
    """A new session, of `owner`, with all that came before `turn`, in which the same is asked again, `content` in place
    of `message` (of the only one, if that is None), with the same attachments.

    Raises NotFound where the turn is not among those that the session keeps folded (see hub.WINDOW).
    """
    source = await hub.open(session)
    asked = next((t for t in source.transcript.turns if isinstance(t, Turn) and t.id == turn), None)
    if asked is None:
        raise NotFound("That turn is too far back to be asked again from here.")
    said = [content if content is not None and message in (None, m.id) else m.content for m in asked.messages]
    files = [hub.attachments.together(file["id"] for file in m.attachments) for m in asked.messages]
    forked = await _past(hub, source, asked.event_id - 1, owner)
    if forked.model != source.model:  # switched later, perhaps because the turn failed
        forked.append(SessionSwitched(model=source.model, by=by))
    try:
        if not said:
            forked.resume(by=by)
        for text, attachments in zip(said, files, strict=True):
            forked.say(text, author=by, attachments=attachments)
    except ThinkaloudError:
        await hub.delete(forked.id)  # nobody wants the copy alone
        raise
    return forked


async def _past(hub: Hub, source: Session, upto: int, owner: str) -> Session:
    """Event 1 becomes the fork's own `session.created`, so all others keep their numbers."""
    events = await asyncio.to_thread(lambda: list(source.log.after(0)[:upto]))
    now = hub.chance.clock.now()
    origin = ForkedFrom(session=source.id, event_id=upto)
    created = SessionCreated(
        event_id=1, at=now, title=source.title, model=source.model, forked_from=origin, by=owner, task=source.task
    )
    events[0] = created
    card = Card(
        id=hub.chance.id(),
        title=source.title,
        model=source.model,
        created=now,
        updated=now,
        turns=sum(isinstance(event, TurnEnd) for event in events),
        events=len(events),
        owner=owner,
        task=source.task,
    )
    forked = await hub.adopt(events, card)
    for message in list(forked.transcript.queued):  # asked anew right away, or left to the other branch
        forked.append(MessageWithdrawn(message=message.id))
    return forked
