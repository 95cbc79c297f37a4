"""Where a session is: from what somebody has at hand to what a websocket wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from .trouble import AgentError

SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
PAGE = re.compile(r"^(.*)/s/([A-Za-z0-9_-]{1,64})/?$")
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`shown` is how a person knows it: without the query, which may hold a token."""

    endpoint: str
    query: tuple[tuple[str, str], ...]
    session: str
    shown: str
    local: bool

    @classmethod
    def read(cls, url: str, session: str | None, *, new: str) -> Address:
        """From `http://host:8000`, with a path where a proxy wants one; from a session's page (`…/s/ID`), or from a
        whole `ws://host/ws/agent?session=ID`. Without any session it is `new`. Raises AgentError."""
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            local, scheme = parts.hostname in LOCAL, SCHEMES[parts.scheme]
            host = parts.netloc.rpartition("@")[2]
            if not host or parts.port == 0:
                raise ValueError
        except (ValueError, KeyError):
            raise AgentError("bad_request", f"That is no address: {url}. One is http://localhost:8000.") from None
        path, query = parts.path.rstrip("/"), parse_qsl(parts.query)
        if page := PAGE.match(parts.path):
            path, session = page[1], session or page[2]
        path = path.removesuffix("/signin")  # a whole invitation: its token is in the query
        session = session or next((value for name, value in query if name == "session"), new)
        if not SESSION.fullmatch(session):
            raise AgentError("bad_request", "A session's id is made of 1 to 64 letters, digits, - and _.")
        base, door = (path, "") if re.search(r"/ws/\w[^/]*$", path) else (path, "/ws/agent")
        return cls(
            endpoint=f"{scheme}://{parts.netloc}{base}{door}",
            query=tuple((name, value) for name, value in query if name not in ("session", "after", "dialect")),
            session=session,
            shown=f"{parts.scheme}://{host}{parts.path.rstrip('/')}",
            local=local,
        )

    def after(self, cursor: int) -> str:
        """What follows the event with that number, in the log's own words."""
        asked = [*self.query, ("dialect", "native"), ("session", self.session), ("after", str(cursor))]
        return f"{self.endpoint}?{urlencode(asked)}"
