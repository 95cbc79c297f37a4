"""`/docs`: every door for programs on one page that can be read and tried, made of what the doors say of themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from . import design
from .api.locks import Locks
from .api.refusals import KINDS
from .api.sample import sample
from .api.server import documents
from .fields import Field, anchor, fields_of, inline, sentence, table

HERE = Path(__file__).parent
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
Found = Mapping[str, Any]  # a part of either document


def mount(app: FastAPI, locks: Locks) -> None:
    """Registers `/docs`."""

    async def docs(request: Request) -> Response:
        base = locks.public or str(request.base_url).rstrip("/")
        return HTMLResponse(page(*documents(app), base, token=not locks.open), headers=HEADERS)

    app.add_route("/docs", docs, include_in_schema=False)


def page(rest: Found, sockets: Found, base: str, *, token: bool) -> str:
    """The whole page; `base` is where programs find the server, `token` whether they have to say who they are."""
    groups: dict[str, list[tuple[str, str, Found]]] = {name: [] for name in FIRST}
    for path, methods in rest["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append((method, path, operation))
    schemas: Found = rest["components"]["schemas"]
    parts = [
        group(name, [operation_of(one, base, schemas, token=token) for one in found]) for name, found in groups.items()
    ]
    channels = [channel(name, one, sockets, base, token=token) for name, one in sockets["channels"].items()]
    answers = [REFUSED, *(shape(name, one) for name, one in schemas.items() if name in answered(rest))]
    titles = [*groups, "websockets", "answers"]
    links = "".join(f'<a href="#{anchor(title)}">{escape(heading(title))}</a>' for title in titles)
    return f"""<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>For programs · Thinkaloud</title>
<link rel="icon" href="/favicon.ico">
<style>{_stylesheet()}</style>
</head>
<body class="ta-docs">
<main>
<p class="ta-product"><a href="/"><img src="/static/icon.svg" alt="" width="32" height="32"> Thinkaloud</a></p>
<h1>For programs</h1>
<p>All that a program may ask of this server, over HTTP and by websocket. It is all the same log: what one says here,
everybody who watches that session sees. For machines: <a href="/openapi.json">openapi.json</a> and
<a href="/asyncapi.json">asyncapi.json</a>. A small page that uses it: <a href="/static/plain.html">plain.html</a>.</p>
{HOW_TO_SIGN if token else ""}
<nav aria-label="On this page">{links}</nav>
{"".join(parts)}
{group("websockets", channels)}
{group("answers", answers)}
</main>
</body>
</html>
"""


FIRST = ("sessions", "tasks")  # of the groups
HOW_TO_SIGN = """<p>Say who you are with the token of your invitation: it is what follows <code>token=</code> in the
link that you were sent. The lines below take it from the variable <code>TOKEN</code>.</p>"""
REFUSED = (
    '<p>What cannot be done is answered with a <a href="#Refusal">Refusal</a>: '
    + ", ".join(f"{status} <code>{kind}</code>" for kind, status in KINDS.items())
    + ".</p>"
)
HEADINGS = {"websockets": "Websockets", "answers": "What comes back"}


def group(name: str, parts: Iterable[str]) -> str:
    return f'<section id="{anchor(name)}"><h2>{escape(heading(name))}</h2>{"".join(parts)}</section>'


def heading(name: str) -> str:
    return HEADINGS.get(name, name[:1].upper() + name[1:])


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────


def operation_of(found: tuple[str, str, Found], base: str, schemas: Found, *, token: bool) -> str:
    method, path, operation = found
    parameters = [
        Field(
            name=one["name"],
            schema=one["schema"],
            says=one.get("description", ""),
            where=f"in the {one['in']}",
            needed=one.get("required", False),
        )
        for one in operation.get("parameters", [])
    ]
    body = body_of(operation, schemas)
    line = escape(curl(method, path, operation, base, schemas, token=token))
    answers = [answer(status, one) for status, one in operation["responses"].items() if status.startswith("2")]
    return f"""<article id="{operation["operationId"]}">
<h3><span class="ta-method">{method.upper()}</span> <code>{breakable(path)}</code></h3>
<p>{sentence(operation.get("description") or operation["summary"])}</p>
{table("Parameters", parameters)}
{table("Body", fields_of(body) if body else ())}
<p>{" ".join(answers)}</p>
<pre tabindex="0" aria-label="Try it"><code>{line}</code></pre>
</article>"""


def answer(status: str, said: Found) -> str:
    """What comes back if it goes well."""
    content = next(iter(said.get("content", {}).items()), None)
    if content is None:
        what = said["description"]
        return f"Answers <code>{status}</code>" + ("." if what == "Successful Response" else f": {sentence(what)}")
    media, inside = content
    name = inside.get("schema", {}).get("$ref", "").rpartition("/")[2]
    what = f'<a href="#{anchor(name)}">{escape(name)}</a>' if name else inline(said["description"].rstrip("."))
    small = "" if media == "application/json" else f" <small>{escape(media)}</small>"
    return f"Answers <code>{status}</code> with {what}{small}."


def curl(method: str, path: str, operation: Found, base: str, schemas: Found, *, token: bool) -> str:
    """A line for a terminal that does it."""
    streams = any(
        "event-stream" in media for one in operation["responses"].values() for media in one.get("content", ())
    )
    values = {one["name"]: sample(one["schema"], schemas) for one in operation.get("parameters", [])}
    parts = ["curl -N" if streams else "curl", *([] if method == "get" else [f"-X {method.upper()}"])]
    parts += ['-H "Authorization: Bearer $TOKEN"'] if token else []
    if body := body_of(operation, schemas):
        said = json.dumps(sample(body, schemas), ensure_ascii=False)
        parts += ["-H 'Content-Type: application/json'", "-d '" + said.replace("'", "'\\''") + "'"]
    return " ".join([*parts, base + re.sub(r"{(\w+)}", lambda name: str(values[name[1]]), path)])


def body_of(operation: Found, schemas: Found) -> Found | None:
    body = operation.get("requestBody")
    if body is None:
        return None
    schema: Found = body["content"]["application/json"]["schema"]
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def answered(rest: Found) -> set[str]:
    """The shapes that answers have, and those within them."""
    operations = [one for methods in rest["paths"].values() for one in methods.values()]
    left = refs([one["responses"] for one in operations])
    known: set[str] = set()
    while left - known:
        name = (left - known).pop()
        known.add(name)
        left |= refs(rest["components"]["schemas"][name])
    return known


def refs(found: object) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(found)))


def shape(name: str, schema: Found) -> str:
    says = f"<p>{sentence(schema['description'])}</p>" if "description" in schema else ""
    fields = table("", fields_of(schema), answer=True)
    return f'<article id="{anchor(name)}"><h3>{escape(name)}</h3>{says}{fields}</article>'


# ── by websocket ─────────────────────────────────────────────────────────────────────────────────────────────────


def channel(name: str, found: Found, sockets: Found, base: str, *, token: bool) -> str:
    query: Found = found.get("bindings", {}).get("ws", {}).get("query", {})
    parameters = [
        Field(name=one, schema={"type": "string"}, says=says["description"], where="in the path")
        for one, says in found.get("parameters", {}).items()
    ]
    for one, schema in query.get("properties", {}).items():
        needed = one in query.get("required", ())
        parameters.append(
            Field(name=one, schema=schema, says=schema["description"], where="in the query", needed=needed)
        )
    address = re.sub(r"{(\w+)}", lambda one: {"room_id": "standup"}.get(one[1], "ada"), found["address"])
    shown = f"websocat '{base.replace('http', 'ws', 1)}{address}{'?token=$TOKEN' if token else ''}'"
    said, told = (messages(f"{name}-{way}", sockets) for way in ("receive", "send"))
    return f"""<article id="{anchor("ws-" + name)}">
<h3><span class="ta-method">WS</span> <code>{breakable(found["address"])}</code></h3>
<p>{sentence(found["description"])}</p>
{table("Parameters", parameters)}
<details><summary>What a client may say</summary>{said}</details>
<details><summary>What a client is told</summary>{told}</details>
<pre tabindex="0" aria-label="Try it"><code>{escape(shown.replace("'", '"'))}</code></pre>
</article>"""


def messages(operation: str, sockets: Found) -> str:
    names = [one["$ref"].rpartition("/")[2] for one in sockets["operations"][operation]["messages"]]
    rows = [message(sockets["components"]["messages"][name]) for name in names]
    return f"<dl>{''.join(rows)}</dl>"


def message(found: Found) -> str:
    examples = [one["payload"] for one in found.get("examples", ())][:1]
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in examples]
    shown = "".join(f'<pre tabindex="0"><code>{escape(text)}</code></pre>' for text in texts)
    return f"<dt><code>{escape(found['name'])}</code></dt><dd>{sentence(found.get('summary', ''))}{shown}</dd>"


def breakable(path: str) -> str:
    return escape(path).replace("/", "/<wbr>")


@cache
def _stylesheet() -> str:
    return design.stylesheet() + (HERE / "docs.css").read_text(encoding="utf-8")
