"""Doing what a client said: the same for every door."""

from __future__ import annotations

import asyncio
from typing import assert_never

from agent.access import Person, allow
from agent.errors import BadRequest, Busy
from agent.hub import Hub
from agent.presence import Seat
from agent.session import Session

from .incoming import Clear, Interrupt, Message, Pong, Reply, Said, Typing, Withdraw

PATIENCE = 10  # seconds for a run to end that is cleared away


async def act(hub: Hub, session: Session, person: Person, said: Said, seat: Seat | None = None) -> None:
    """Does it. Raises ThinkaloudError with what the client should be told."""
    user = person.user
    match said:
        case Pong():
            return
        case _:
            allow(person, "take part", session)
    match said:
        case Typing():
            if seat:
                session.presence.type(seat)
        case Message(content=content, intent=intent, id=id, attachments=files):
            together = hub.attachments.together(files)
            session.say(content, author=user, intent=intent, message=id, attachments=together)
        case Interrupt():
            session.stop(by=user)
        case Withdraw(message=message):
            session.withdraw(message, by=user)
        case Clear():
            await _clear(session, user)
        case Reply(ask=ask, content=str() as content):
            session.reply(ask, content, by=user)
        case Reply():
            raise BadRequest("The agent has asked a question: answer with content.")
        case _:
            assert_never(said)


def hear(session: Session, person: Person, prompt: str) -> None:
    """A bare prompt: while the agent waits for an answer, it is that; else a message. Raises ThinkaloudError."""
    allow(person, "take part", session)
    if asks := session.transcript.asks:
        session.reply(asks[-1].id, prompt, by=person.user)
    else:
        session.say(prompt, author=person.user)


async def _clear(session: Session, user: str) -> None:
    """Whoever clears does not want to hear the rest."""
    if session.stop(by=user):
        try:
            async with asyncio.timeout(PATIENCE):
                await session.wait_idle()
        except TimeoutError:
            raise Busy(session.trouble or "The agent could not be stopped yet. Try again.") from None
    session.clear(by=user)
