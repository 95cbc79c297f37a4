"""The door for attachments, and what a page does with their ids."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from nicegui.testing import User

from agent.attachments import LARGEST
from agent.errors import StorageError
from agent.hub import Hub
from agent.providers.base import Attachment, UserText
from pages.parts.composer import Composer
from pages.parts.transcript import TranscriptView

from ..builders import MovedClock, Scripted, settle
from ..pictures import jpeg, pdf, png
from .test_session_page import only, told

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(user: User) -> httpx.AsyncClient:
    return user.http_client


async def post(browser: httpx.AsyncClient, data: Any, name: str = "a.png", **headers: str) -> httpx.Response:
    named = {"x-file-name": name, **OWN, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return await browser.post("/files", content=data, headers=named)


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_taken_and_given_back(browser: httpx.AsyncClient):
    taken = await post(browser, png(), "%C3%9Cber%2F..%2Fa%20b.PNG")
    assert taken.status_code == 201
    file = taken.json()
    assert file == {"id": file["id"], "name": "a b.PNG", "type": "image/png", "size": len(png())}
    given = await browser.get(f"/files/{file['id']}")
    assert given.content == png()
    assert given.headers["content-type"] == "image/png"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert given.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert given.headers["content-disposition"] == "inline; filename=\"a b.PNG\"; filename*=UTF-8''a%20b.PNG"


async def test_a_pdf_is_downloaded_under_its_name(browser: httpx.AsyncClient):
    file = (await post(browser, pdf(), "R%C3%A9sum%C3%A9%20%222%22%0d%0aset-cookie%3a%20x.pdf")).json()
    given = await browser.get(f"/files/{file['id']}")
    assert given.headers["content-type"] == "application/pdf"
    assert given.headers["content-disposition"] == (
        'attachment; filename="R_sum_ _2_ set-cookie: x.pdf"; '
        "filename*=UTF-8''R%C3%A9sum%C3%A9%20%222%22%20set-cookie%3A%20x.pdf"
    )
    assert "x" not in given.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "http://test"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "http://test.evil.example"},
        {"origin": "null"},
        {},
    ],
)
async def test_another_site_cannot_put_a_file_here(browser: httpx.AsyncClient, headers: dict[str, str]):
    refused = await browser.post("/files", content=png(), headers=headers)
    assert refused.status_code == 403
    assert "own pages only" in refused.text


async def test_without_https_a_browser_tells_only_the_origin(browser: httpx.AsyncClient):
    taken = await browser.post("/files", content=png(), headers={"origin": "http://localhost"})
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"<html>", 415, "“x.png” cannot be attached."),
        (b"", 415, "“x.png” is empty."),
        (jpeg(9_000, 10), 413, "pixels): an image may have"),
    ],
)
async def test_what_is_not_accepted_is_told(browser: httpx.AsyncClient, data: bytes, status: int, sentence: str):
    refused = await post(browser, data, "x.png")
    assert refused.status_code == status
    assert sentence in refused.text
    assert refused.headers["content-type"].startswith("text/plain")


async def test_a_body_that_is_too_large_is_not_read_to_its_end(browser: httpx.AsyncClient):
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1 << 20
            yield bytes(1 << 20)

    refused = await post(browser, endless())
    assert refused.status_code == 413
    assert read < LARGEST + (2 << 20)
    read = 0
    refused = await post(browser, endless(), content_length=str(LARGEST + 1))
    assert refused.status_code == 413
    assert "up to 20 MB" in refused.text
    assert read <= 1 << 20


async def test_when_too_much_arrives_at_once_one_is_told_to_try_again(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    from pages import files  # as it was imported anew for this test

    monkeypatch.setattr(files, "ARRIVING", len(png()) - 1)
    refused = await post(browser, png())
    assert (refused.status_code, refused.text) == (503, "Too many files arrive at the moment: try again soon.")
    monkeypatch.undo()
    assert (await post(browser, png())).status_code == 201


async def test_a_full_disk_is_told(browser: httpx.AsyncClient, hub: Hub, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise StorageError("The disk is full: make room, then try again.")

    monkeypatch.setattr(hub.attachments, "keep", refuse)
    refused = await post(browser, png())
    assert (refused.status_code, refused.text) == (507, "The disk is full: make room, then try again.")


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id", ["a" * 16, "..%2Fsecret", "%2e%2e%2fformat.json", "a" * 15 + "%00", "A" * 16])
async def test_what_is_not_there_is_told_in_a_sentence(browser: httpx.AsyncClient, id: str):
    missing = await browser.get(f"/files/{id}")
    assert missing.status_code == 404
    if "%2" not in id:  # else it is no address of a file at all
        assert missing.text == "That file is not here any more."


async def test_the_note_about_a_file_is_nobodys_business(browser: httpx.AsyncClient):
    file = (await post(browser, png())).json()
    assert (await browser.get(f"/files/{file['id']}.json")).status_code == 404


async def test_what_a_file_is_comes_from_its_bytes_when_it_is_given_too(browser: httpx.AsyncClient, hub: Hub):
    file = (await post(browser, png())).json()
    hub.attachments._files.keep(file["id"], b"<script>alert(1)</script>")
    assert (await browser.get(f"/files/{file['id']}")).status_code == 404


# ── in a session ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_brings_its_files_to_the_agent_and_to_every_page(
    people: Callable[[], User], hub: Hub, provider: Scripted, clock: MovedClock
):
    user = people()
    picture, paper = hub.attachments.keep("a.png", png()), hub.attachments.keep("b.pdf", pdf())
    await user.open("/")
    said = told(user)
    composer = only(user, Composer)
    message = {"id": "m1", "text": "Look", "files": [picture.id, paper.id], "session": composer.props["session"]}
    user.find(Composer).trigger("send", message)
    assert said == [("accepted", "m1")]
    await settle()
    assert [part.attachments for part in provider.prompts[0].parts if isinstance(part, UserText)] == [(picture, paper)]
    user.find(Composer).trigger("send", {**message, "id": "m2", "text": "And this", "files": [paper.id]})
    await user.should_see("And this")
    assert composer.props["state"]["queued"] == [{"id": "m2", "content": "And this", "files": 1}]
    user.find(Composer).trigger("withdraw", {"id": "m2"})
    back = {"id": paper.id, "name": "b.pdf", "type": "application/pdf", "size": len(pdf())}
    assert said[-1] == ("giveBack", "And this", [back])
    late = people()
    await late.open(f"/s/{hub.cards()[0].id}")
    shown = only(late, TranscriptView)._snapshot["turns"][0]["items"][0]
    assert shown["files"] == [
        {"id": picture.id, "name": "a.png", "type": "image/png", "size": f"{len(png())} bytes"},
        {"id": paper.id, "name": "b.pdf", "type": "application/pdf", "size": f"{len(pdf())} bytes"},
    ]
    await clock.pass_(20)


async def test_a_file_that_is_gone_is_told_and_the_message_stays_in_the_box(user: User, hub: Hub):
    await user.open("/")
    said = told(user)
    session = only(user, Composer).props["session"]
    user.find(Composer).trigger("send", {"id": "m1", "text": "Look", "files": ["a" * 16], "session": session})
    assert said == [("refused", "m1")]
    assert user.notify.contains("attach it again")
    assert hub.cards() == []


async def test_what_waits_for_the_disk_counts_as_arriving(
    browser: httpx.AsyncClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
):
    from pages import files

    monkeypatch.setattr(files, "ARRIVING", len(png()))
    begun, go = threading.Event(), threading.Event()
    keep = hub.attachments.keep

    def slow(name: str, data: bytes) -> Attachment:
        begun.set()
        go.wait(10)
        return keep(name, data)

    monkeypatch.setattr(hub.attachments, "keep", slow)
    first = asyncio.create_task(post(browser, png()))
    try:
        assert await asyncio.to_thread(begun.wait, 10)
        assert (await post(browser, png())).status_code == 503
    finally:
        go.set()
    assert (await first).status_code == 201
    assert (await post(browser, png())).status_code == 201


@pytest.mark.parametrize("limit", ["SILENCE", "WHOLE"])
async def test_a_file_that_never_ends_is_given_up(
    browser: httpx.AsyncClient, limit: str, monkeypatch: pytest.MonkeyPatch
):
    from pages import files

    monkeypatch.setattr(files, limit, 0.05)
    gone = asyncio.Event()

    async def never() -> AsyncIterator[bytes]:
        yield png()[:8]
        await gone.wait()

    slow = await post(browser, never())
    assert (slow.status_code, slow.text) == (408, "That file took too long to arrive: try again.")
    monkeypatch.undo()
    assert (await post(browser, png())).status_code == 201
