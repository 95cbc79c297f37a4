"""What may be attached, and what becomes of it in a session."""

from __future__ import annotations

import pytest

from agent import forking
from agent.attachments import (
    COUNT,
    LARGEST,
    LARGEST_IMAGE,
    LONGEST_NAME,
    PIXELS,
    Attachments,
    accepted,
    attached,
    cleaned,
    sized,
)
from agent.chance import Chance
from agent.errors import BadRequest, NotFound, TooLong
from agent.events import MessagePosted
from agent.media import media_type, pixels
from agent.providers.base import Attachment, UserText
from agent.store import MemoryStore
from tests.builders import MovedClock, Scripted, answer, hub_with
from tests.pictures import GIF, jpeg, pdf, png, webp

GOOD = {
    "image/png": png(3, 5),
    "image/jpeg": jpeg(640, 480),
    "image/gif": GIF,
    "image/webp": webp(b"VP8X", 800, 600),
    "application/pdf": pdf(),
}


@pytest.fixture
def attachments() -> Attachments:
    return Attachments(MemoryStore(), Chance.seeded(3))


# ── what is accepted ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("media", GOOD)
def test_a_file_is_what_its_bytes_say_whatever_it_is_called(attachments: Attachments, media: str):
    file = attachments.keep("notes.html", GOOD[media])
    assert file.media_type == media
    assert file.name.startswith("notes.html.")
    assert attachments.find(file.id) == file
    assert attachments.read(file.id) == (file, GOOD[media])


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(3, 5), (3, 5)),
        (jpeg(640, 480), (640, 480)),
        (GIF, (1, 1)),
        *[(webp(kind, 1800, 77), (1800, 77)) for kind in (b"VP8 ", b"VP8L", b"VP8X")],
        (pdf(), None),
        (png()[:20], None),
        (jpeg(640, 480)[:24], None),
        (b"\xff\xd8\xff\xe0\xff", None),
        (webp(b"VP8L", 1, 1)[:18], None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_head(data: bytes, size: tuple[int, int] | None):
    assert pixels(data) == size


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.png", b"", "“a.png” is empty."),
        ("a.png", b"<html>", "“a.png” cannot be attached. You can attach images (PNG"),
        ("a.svg", b"<svg onload='alert(1)'>", "“a.svg” cannot be attached."),
        ("a.png", b"MZ" + png(), "“a.png” cannot be attached."),
        ("a.wav", b"RIFF\0\0\0\0WAVE", "“a.wav” cannot be attached."),
        ("a.heic", b"\0\0\0\x18ftypheic", "“a.heic” cannot be attached."),
        ("a.png", png()[:-12], "“a.png” is damaged: its end is missing."),
        ("a.jpg", jpeg(64, 48)[:-2], "“a.jpg” is damaged: its end is missing."),
        ("a.gif", GIF[:-2], "“a.gif” is damaged: its end is missing."),
        ("a.webp", webp(b"VP8X", 8, 8)[:-1], "“a.webp” is damaged"),
        ("a.pdf", pdf()[:-9], "“a.pdf” is damaged: its end is missing."),
        ("a.png", png()[:12] + b"IDAT" + png()[16:], "“a.png” is damaged: it cannot be read as an image."),
        ("a.jpg", jpeg(0, 48), "“a.jpg” is damaged: it cannot be read as an image."),
        ("a.pdf", pdf().replace(b"/Root", b"/Encrypt 6 0 R /Root"), "“a.pdf” is encrypted"),
        ("a.png", png(least=LARGEST_IMAGE + 1), "“a.png” is too large (3.7 MB): an image may have 3.7 MB."),
        ("a.pdf", pdf(least=LARGEST + 1_000), "“a.pdf” is too large (20.0 MB): a file may have 20 MB."),
        ("a.jpg", jpeg(90, PIXELS + 1), "“a.jpg” is too large (90 × 8,001 pixels): an image may have 8,000"),
    ],
)
def test_what_is_not_accepted_is_told_in_a_sentence(attachments: Attachments, name: str, data: bytes, sentence: str):
    with pytest.raises(BadRequest) as refused:
        attachments.keep(name, data)
    assert refused.value.message.startswith(sentence)


def test_what_is_just_small_enough_is_accepted():
    assert accepted("a.png", png(least=LARGEST_IMAGE)) == "image/png"
    assert accepted("a.jpg", jpeg(PIXELS, PIXELS)) == "image/jpeg"
    assert accepted("a.pdf", pdf(least=LARGEST - 1_000)) == "application/pdf"
    assert media_type(b"\xef\xbb\xbf\n" + pdf()) == "application/pdf"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2026.PDF", "Übersicht 2026.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ada\\a.pdf", "a.pdf"),
        ("a\n\0b\t\u202ec.pdf", "a b c.pdf"),
        (" .. ", "file.pdf"),
        ("", "file.pdf"),
        ("a.exe", "a.exe.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_names_are_one_clean_line_that_ends_as_the_type_does(name: str, clean: str):
    assert cleaned(name, "application/pdf") == clean


@pytest.mark.parametrize(
    ("size", "text"), [(1, "1 byte"), (999, "999 bytes"), (1_500, "2 kB"), (999_499, "999 kB"), (999_500, "1.0 MB")]
)
def test_sizes_are_written_for_people(size: int, text: str):
    assert sized(size) == text


@pytest.mark.parametrize("id", ["", "../../secret", "a" * 16, "a" * 15 + "/", "A" * 16])
def test_an_unknown_id_is_not_found(attachments: Attachments, id: str):
    with pytest.raises(NotFound, match="not here any more"):
        attachments.find(id)


def test_ids_cannot_be_guessed():
    one = Attachments(MemoryStore(), Chance())
    ids = {one.keep("a.png", png()).id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(id) == 16 for id in ids)


# ── in a session ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_model_is_sent_what_was_attached_and_can_read_it():
    provider = Scripted(answer("A gradient."))
    hub = hub_with(provider)
    picture, paper = hub.attachments.keep("a.png", png()), hub.attachments.keep("b.pdf", pdf())
    session = hub.new()
    session.say("What is it?", attachments=[picture, paper])
    await session.wait_idle()
    (part,) = [part for part in provider.prompts[0].parts if isinstance(part, UserText)]
    assert part.attachments == (picture, paper)
    assert provider.prompts[0].read(picture.id) == png()
    posted = next(event for event in session.log.after(0) if isinstance(event, MessagePosted))
    assert posted.attachments == (attached(picture), attached(paper))


async def test_a_message_may_be_a_file_alone_and_names_the_session_then():
    hub = hub_with(Scripted())
    session = hub.new()
    session.say("", attachments=[hub.attachments.keep("holiday.png", png())])
    await session.wait_idle()
    assert session.title == "holiday.png"


async def test_an_attachment_that_is_not_there_is_refused_and_leaves_no_trace():
    session = hub_with(Scripted()).new()
    gone = Attachment(id="a" * 16, name="a.png", media_type="image/png", size=3)
    with pytest.raises(BadRequest, match="attach it again"):
        session.say("Look", attachments=[gone])
    assert len(session.log) == 0


async def test_what_somebody_says_of_a_file_does_not_count():
    hub = hub_with(Scripted())
    true = hub.attachments.keep("a.png", png())
    session = hub.new()
    session.say("Look", attachments=[Attachment(id=true.id, name="x.html", media_type="text/html", size=1), true])
    await session.wait_idle()
    assert session.transcript.turns[0].messages[0].attachments == (attached(true),)  # type: ignore[union-attr]


async def test_too_many_files_or_too_large_ones_together_are_refused():
    hub = hub_with(Scripted())
    many = [hub.attachments.keep("a.png", png()) for _ in range(COUNT + 1)]
    with pytest.raises(BadRequest, match="8 files at the most"):
        hub.new().say("Look", attachments=many)
    large = [hub.attachments.keep("a.pdf", pdf(least=16_000_000)) for _ in range(2)]
    with pytest.raises(TooLong, match="30 MB together"):
        hub.new().say("Look", attachments=large)


@pytest.mark.parametrize("content", [None, "Now look closely", ""])
async def test_what_is_asked_again_is_asked_with_its_attachments(content: str | None):
    hub = hub_with(Scripted(), clock=MovedClock())
    picture = hub.attachments.keep("a.png", png())
    session = hub.new()
    session.say("Look", attachments=[picture])
    await session.wait_idle()
    fork = await forking.fork(hub, session.id, session.transcript.last.id, content=content)  # type: ignore[union-attr]
    await fork.wait_idle()
    (message,) = fork.transcript.last.messages  # type: ignore[union-attr]
    assert message.content == ("Look" if content is None else content)
    assert message.attachments == (attached(picture),)


async def test_without_its_attachment_nothing_is_asked_again_and_no_fork_is_left():
    store = MemoryStore()
    hub = hub_with(Scripted(), store=store)
    picture = hub.attachments.keep("a.png", png())
    session = hub.new()
    session.say("Look", attachments=[picture])
    await session.wait_idle()
    store._files.clear()
    with pytest.raises(BadRequest, match="not here any more"):
        await forking.fork(hub, session.id, session.transcript.last.id)  # type: ignore[union-attr]
    assert len(hub.cards()) == 1
