"""Signing in by a link, and out again: plain HTML, since whatever NiceGUI's pages need is behind the gate."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from agent.errors import Unauthorized

from . import design
from .api.auth import Known
from .api.locks import COOKIE, Locks

HERE = Path(__file__).parent
LONGEST_FORM = 16_384  # bytes
LONGEST_COOKIE = 400 * 24 * 3600  # seconds: browsers keep none for longer
BAD = "That link is not valid, or not any more. Ask for a new one."
BAD_SHARE = "What that link opened, it opens no more. Ask for a new one, or sign in."
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # with no-referrer, as on other pages, a browser would say of its own form that it came from nowhere (`null`)
    "referrer-policy": "same-origin",
}


def mount(app: Starlette, locks: Locks) -> None:
    """Registers `/signin` and `/signout`."""
    door = SignIn(locks)
    app.add_route("/signin", door.sign_in, methods=["GET", "POST"], include_in_schema=False)
    app.add_route("/signout", door.sign_out, methods=["GET", "POST"], include_in_schema=False)


class SignIn:
    def __init__(self, locks: Locks) -> None:
        self._locks = locks

    async def sign_in(self, request: Request) -> Response:
        """`?token=` or a posted one sets the cookie and leads to `next`; without one there is the page."""
        next = within(request.query_params.get("next", ""))
        posted = request.method == "POST"
        token = await posted_token(request) if posted else request.query_params.get("token", "")
        here = self._here(request.scope)
        if not token:
            return self._asked(request, next, here)
        try:
            known = self._locks.tokens.known(token)
        except Unauthorized:
            return self._shared(token) or page(form(next), problem=BAD, status=401)
        if here and not here.guest and here.person.user != known.person.user and not posted:
            return page(instead(here.person.user, known.person.user, token, next))  # anybody can send anybody a link
        answer = to(next)
        put_cookie(answer, self._locks, request.scope, token, known.expires)
        return answer

    async def sign_out(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return to("/")  # somebody else's page wants it, and nobody here
        answer = to("/" if self._locks.open else "/signin")
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    def _asked(self, request: Request, next: str, here: Known | None) -> Response:
        if self._locks.open:
            return to(next)
        if here and not here.guest:
            return page(signed_in(here.person.user, next))
        return page(form(next), problem=BAD_SHARE if request.query_params.get("why") == "share" else "")

    def _here(self, scope: Scope) -> Known | None:
        """Who has signed in already: what the cookie says, since the token may be in the address."""
        try:
            return self._locks.token_of({**scope, "query_string": b""})
        except Unauthorized:
            return None

    def _shared(self, token: str) -> Response | None:
        """Where a share link leads that somebody pasted into the wrong field."""
        try:
            grant = self._locks.tokens.grant(token)
        except Unauthorized:
            return None
        return to(f"/s/{grant.session}?" + urlencode({"share": token}))


def put_cookie(answer: Response, locks: Locks, scope: Scope, token: str, expires: float) -> None:
    """Signs the browser in that gets `answer`."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=min(int(locks.tokens.seconds_until(expires)), LONGEST_COOKIE),
        path="/",
        httponly=True,
        samesite="lax",
        secure=scope["scheme"] == "https" or locks.public.startswith("https:"),
    )


def within(next: str) -> str:
    """`next` if it leads to a page of this server, and not here again; otherwise the first page. Browsers take `//x`
    and `/\\x` for another server, and forget line breaks on their way there."""
    path, _, _ = next.partition("?")
    plain = re.fullmatch(r"/[!-~]*", next) and len(next) <= 2000 and "#" not in next and "\\" not in unquote(next)
    parts = unquote(path).split("/")[1:]
    if not plain or any(part in ("", ".", "..") for part in parts[:-1]) or parts[-1] in (".", ".."):
        return "/"
    return "/" if parts[0].lower() in ("signin", "signout") else next


async def posted_token(request: Request) -> str:
    """The token that was typed or pasted; nothing of what is too long for one."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > LONGEST_FORM:
                return "?"  # a bad one
    except ClientDisconnect:
        return ""
    return pasted(parse_qs(data.decode("latin-1")).get("token", [""])[0])


def pasted(text: str) -> str:
    """The token in what somebody copied: the token alone or the whole link, with line breaks from a mail perhaps."""
    text = "".join(text.split())
    found = re.search(r"[?&](?:token|share)=([^&#]*)", text)
    return unquote(found[1]) if found else text


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def page(content: str, *, problem: str = "", status: int = 200) -> Response:
    alert = f'<p class="ta-signin-problem" role="alert">{escape(problem)}</p>' if problem else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Thinkaloud</title>
<link rel="icon" href="/favicon.ico">
<style>{_stylesheet()}</style>
</head>
<body class="ta-signin">
<main>
<p class="ta-product"><img src="/static/icon.svg" alt="" width="32" height="32"> Thinkaloud</p>
{alert}
{content}
</main>
</body>
</html>
""",
        status,
        headers=HEADERS,
    )


def form(next: str) -> str:
    return f"""<h1>Sign in</h1>
<p id="how">Open the link that you were sent, or paste it here.</p>
<form method="post" action="{action(next)}">
<label for="token">Your link</label>
<input id="token" name="token" type="text" required autofocus autocomplete="off" autocapitalize="off"
 spellcheck="false" aria-describedby="how">
<button class="ta-btn">Sign in</button>
</form>
<p class="ta-signin-hint">No link yet? Ask whoever runs this server for one. With your name, they make it like this:</p>
<pre tabindex="0" aria-label="Command"><code>uv run main.py invite ada</code></pre>"""


def signed_in(user: str, next: str) -> str:
    return f"""<h1>You are signed in</h1>
<p>Everybody sees you as <strong>{escape(user)}</strong>.</p>
<form method="post" action="/signout">
<a class="ta-btn" href="{escape(next)}">Go on</a>
<button class="ta-btn ta-quiet">Sign out</button>
</form>"""


def instead(user: str, other: str, token: str, next: str) -> str:
    return f"""<h1>Sign in as {escape(other)}?</h1>
<p>You are signed in as <strong>{escape(user)}</strong>, and this link is for <strong>{escape(other)}</strong>.
What you write from then on is written as {escape(other)}.</p>
<form method="post" action="{action(next)}">
<input type="hidden" name="token" value="{escape(token)}">
<a class="ta-btn" href="{escape(next)}">Stay {escape(user)}</a>
<button class="ta-btn ta-quiet">Sign in as {escape(other)}</button>
</form>"""


def action(next: str) -> str:
    return escape("/signin" + ("" if next == "/" else "?" + urlencode({"next": next})))


@cache
def _stylesheet() -> str:
    return design.stylesheet() + (HERE / "signin.css").read_text(encoding="utf-8")


def to(path: str) -> Response:
    return RedirectResponse(path, 303, headers={"cache-control": "no-store"})
