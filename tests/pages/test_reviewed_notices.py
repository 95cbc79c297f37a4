"""Who reads what the server has to say of everybody's sessions."""

from __future__ import annotations

from agent.hub import Hub

from .test_rooms import SignIn, sign_in, tokens  # noqa: F401 (fixtures)

SENTENCE = "The session “Dismissals in May” cannot be read: its file is damaged."


async def test_what_is_damaged_is_told_to_who_owns_the_server_and_to_nobody_else(sign_in: SignIn, hub: Hub):  # noqa: F811
    hub.notices.append(SENTENCE)
    mia, bob = sign_in("mia", "owner"), sign_in("bob", "member")
    await mia.open("/")
    await mia.should_see(SENTENCE)
    await bob.open("/")
    await bob.should_not_see(SENTENCE)
