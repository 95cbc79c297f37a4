"""What decides at every door, before anybody looks at what is asked: from where somebody asks, and who it is.

Whoever shows a token by hand (`?token=`, `Authorization: Bearer`) means it, so it comes before the page's cookie, and
a bad one is an error even where the cookie is good. An empty one is none.

While the server runs open, a token only names who writes: everybody may do everything, and a bad one is as good as
none, since nobody asked for it. `/ws/secure` alone takes it at its word there too, role and all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from agent.access import ANYBODY, Person
from agent.errors import BadRequest, Unauthorized

from .address import Address, is_loopback, read_host, read_origin, url
from .auth import INVALID, Known, Tokens

if TYPE_CHECKING:
    from starlette.types import Scope

    from agent.settings import Settings

COOKIE = "thinkaloud"
READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """`open`: nobody signs in. `public` is the address that people use where it is not the server's own, behind a
    proxy, say; pages of `origins` may use the API from a browser, too."""

    tokens: Tokens
    open: bool
    address: str = ""
    """What links that are sent to people begin with."""
    public: str = ""
    origins: tuple[str, ...] = ()

    @classmethod
    def read(cls, settings: Settings, tokens: Tokens) -> Locks:
        """As the settings have it: open only where nobody but this machine can come. Raises BadRequest."""
        public = web_address(settings.public) if settings.public.strip() else ""
        origins = tuple(web_address(origin) for origin in re.split(r"[\s,]+", settings.origins) if origin)
        return cls(
            tokens=tokens,
            open=is_open(settings),
            address=public or url(settings.host, settings.port),
            public=public,
            origins=origins,
        )

    def host_allowed(self, scope: Scope) -> bool:
        """Whether the address that the browser believes to be at is one of ours: a name that somebody else owns may
        point here (DNS rebinding). Where people sign in, that gets nobody a cookie."""
        given = headers(scope, b"host")
        if not self.open and not given:
            return True  # HTTP/1.0: what asks whether a server lives
        host = read_host(given[0]) if len(given) == 1 else None
        if host is None or not self.open:
            return host is not None
        public = read_origin(self.public)
        return is_loopback(host.name) or bool(public and host.is_of(public))

    def origin_allowed(self, scope: Scope) -> bool:
        """Whether the page that asks, if one does, may."""
        given = headers(scope, b"origin")
        if not given:  # no page of a browser asks; or one does, and wants no more than to look or to show
            changes = scope["type"] == "http" and scope["method"] not in READS
            return not (changes and headers(scope, b"sec-fetch-site") == ["cross-site"])
        origin = read_origin(given[0]) if len(given) == 1 else None
        if origin is None:
            return False
        return self.is_own(scope, origin) or self.trusts(origin) or (self.open and is_loopback(origin.name))

    def is_own(self, scope: Scope, origin: Address) -> bool:
        """Whether the page comes from the very address that it asks. A proxy may speak TLS and we do not."""
        if scope["scheme"] in ("https", "wss") and origin.scheme != "https":
            return False
        hosts = headers(scope, b"host")
        host = read_host(hosts[0]) if len(hosts) == 1 else None
        return host is not None and host.is_of(origin)

    def is_page(self, scope: Scope) -> bool:
        """Whether one of our own pages asks, or no page at all: for websockets, whose pages always say where they are
        from."""
        given = headers(scope, b"origin")
        origin = read_origin(given[0]) if len(given) == 1 else None
        public = read_origin(self.public)
        return not given or bool(origin and (self.is_own(scope, origin) or (public and public.is_of(origin))))

    def trusts(self, origin: Address) -> bool:
        """Whether whoever runs the server has named that page's address."""
        named = [read_origin(known) for known in (self.public, *self.origins) if known]
        return any(known and known.is_of(origin) for known in named)

    def person(self, scope: Scope) -> Person | None:
        """Who asks; None if that has to be known and is not. Raises Unauthorized for a bad token."""
        return self.as_person(self.known(scope))

    def as_person(self, known: Known | None) -> Person | None:
        """Where the server runs open, everybody may do everything, and a token says who writes, no more."""
        if self.open:
            return replace(ANYBODY, user=known.person.user) if known else ANYBODY
        return known.person if known else None

    def known(self, scope: Scope) -> Known | None:
        """What the token says that is shown here. Raises Unauthorized, except where the server runs open."""
        try:
            return self.token_of(scope)
        except Unauthorized:
            if self.open:
                return None
            raise

    def token_of(self, scope: Scope) -> Known | None:
        """The same at its word: for `/ws/secure`."""
        if (shown := shown_token(scope)) is not None:
            return self.tokens.known(shown)
        return self._by_cookie(scope)

    def _by_cookie(self, scope: Scope) -> Known | None:
        """The first good one: another site of the same domain may set one of that name beside ours."""
        bad: Unauthorized | None = None
        for token in cookies(scope):
            try:
                return self.tokens.known(token)
            except Unauthorized as error:
                bad = error
        if bad:
            raise bad
        return None


def is_open(settings: Settings) -> bool:
    """Whether nobody signs in: this machine alone can reach the server, and nothing was said about others. An address
    of its own on the network means a proxy, through which everybody can."""
    name = f"[{settings.host}]" if ":" in settings.host else settings.host.lower()
    public = read_origin(web_address(settings.public)) if settings.public.strip() else None
    return is_loopback(name) and not settings.signin and (public is None or is_loopback(public.name))


def web_address(given: str) -> str:
    """`https://think.example.org`, without the slash at its end. Raises BadRequest."""
    address = given.strip().rstrip("/")
    if read_origin(address) is None:
        raise BadRequest(f"An address of a server or a page is like https://think.example.org, not {given.strip()!r}.")
    return address.lower()


def shown_token(scope: Scope) -> str | None:
    """The token that was given by hand, if one was. Raises Unauthorized where it is not clear which."""
    query = scope["query_string"].decode("latin-1")
    tokens = [value for name, value in parse_qsl(query) if name == "token"]  # leaves out what is empty
    if not tokens:
        words = [header.split(None, 1) for header in headers(scope, b"authorization")]
        tokens = [word[1].strip() for word in words if len(word) == 2 and word[0].lower() == "bearer"]
    if len(tokens) > 1:
        raise Unauthorized(INVALID)
    return tokens[0] if tokens else None


def cookies(scope: Scope) -> list[str]:
    pairs = [pair.partition("=") for header in headers(scope, b"cookie") for pair in header.split(";")]
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE and value.strip()]


def headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
