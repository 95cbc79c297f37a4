"""The websocket doors, as a table: socket.py makes routes of it, AsyncAPI and docs/protocol.md tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .dialects import DIALECTS, Dialect, text

SESSION = {"session": "the session; an id that nobody has yet makes it. Without one a new session is made"}
COMMON = {
    "after": "the last `eventId` one has: what follows comes, once each",
    "dialect": f"other words: {', '.join(f'`{name}`' for name in DIALECTS)}",
    "token": "who one is, where sign-in is on",
}
Session = Literal["asked", "path", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row. `name` is short and unique; `dialect` is what it speaks unless `?dialect=` says otherwise, None for
    the echo; `session`: which one is `asked` for in the query, or the `path` says it."""

    name: str
    path: str
    dialect: Dialect | None
    says: str
    session: Session = "asked"
    bare: Dialect | None = None
    """What the connection speaks from then on if its first frame is a bare prompt."""
    token: bool = False
    """It wants a valid token even where the server runs open."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def queries(self) -> Mapping[str, str]:
        """What may stand behind the `?`, and what it means."""
        match self.session:
            case "asked":
                return SESSION | COMMON
            case "path":
                return COMMON
            case "none":
                return {}


ENDPOINTS: tuple[Endpoint, ...] = (  # in the order in which they are tried: the one with any name is the last
    Endpoint(
        name="agent",
        path="/ws/agent",
        dialect=DIALECTS["agent"],
        says="`?session=ID&after=EVENT_ID` resumes; without `session` a new one is made and `hello` names it. A first "
        "frame that is not a JSON object with a `type` is a bare prompt: that connection then speaks `text`, closing "
        "each answer with `[DONE]`",
        bare=text("[DONE]"),
    ),
    Endpoint(
        name="agent-thoughts",
        path="/ws/agent-thoughts",
        dialect=DIALECTS["thoughts"],
        says="in: bare prompts",
    ),
    Endpoint(
        name="chat",
        path="/ws/chat",
        dialect=text("\n[DONE]"),
        says="in: bare prompts; each answer closes with `\\n[DONE]`",
    ),
    Endpoint(
        name="room",
        path="/ws/room/{room_id}/{user_id}",
        dialect=DIALECTS["room"],
        says="the session `room_id`, made on first join",
        session="path",
        params={"room_id": "the session", "user_id": "who one is; with sign-in, oneself"},
    ),
    Endpoint(
        name="secure",
        path="/ws/secure",
        dialect=DIALECTS["agent"],
        says="wants a valid `?token=` even where the server runs open",
        token=True,
    ),
    Endpoint(
        name="robust",
        path="/ws/robust",
        dialect=DIALECTS["agent"],
        says="pings after 60 s of silence (as every JSON connection does)",
    ),
    Endpoint(
        name="client",
        path="/ws/{client_id}",
        dialect=text(""),
        says="a connection with a name, reachable through `POST /api/broadcast`; in: bare prompts; no `[DONE]`",
        params={"client_id": "the connection's name"},
    ),
    Endpoint(
        name="echo",
        path="/ws",
        dialect=None,
        says="sends a text back in upper case: tells whether a proxy lets websockets through",
        session="none",
    ),
)
