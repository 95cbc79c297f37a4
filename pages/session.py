"""The page of one session: frame, drawer, transcript and message box. `/` is a session that has yet to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import background_tasks, ui
from starlette.responses import RedirectResponse, Response

from agent import forking
from agent.access import Act, allow, standing
from agent.entering import enter
from agent.errors import ThinkaloudError
from agent.events import MessagePosted
from agent.presence import Caption
from agent.session import Session
from agent.transcript import Message, Transcript

from .absent import absent, watch_only
from .api.doors import Doors
from .frame import Frame
from .listing import Listing
from .live import Live
from .models import ModelChoice, remembered
from .parts.composer import Composer
from .parts.notice import notice
from .parts.origin import origin
from .parts.transcript import TranscriptView
from .parts.trouble import Trouble
from .parts.voice import Voice
from .parts.welcome import Welcome
from .people import People, Visitor
from .sharing import Sharing, take_along
from .soon import Soon
from .voice import VoiceDoor

PAUSE = 0.05  # seconds between two looks at what is around the transcript


def mount(doors: Doors, examples: Sequence[str], voice: VoiceDoor) -> None:
    """Registers `/` and `/s/{id}`."""
    hub = doors.hub

    @ui.page("/")
    def begin() -> None:
        visitor = Visitor(doors)
        if not visitor.may_begin:
            watch_only(hub, visitor)
            return
        session = hub.new(owner=visitor.owns)
        remembered(session)
        SessionPage(doors, session, visitor, examples, voice)

    @ui.page("/s/{id}")
    async def session(id: str) -> Response | None:
        visitor = Visitor(doors)
        request = ui.context.client.request
        try:
            if request and (grant := getattr(request.state, "share", None)):
                await take_along(hub, visitor.person, grant)
                return RedirectResponse(f"/s/{id}", 303, headers={"cache-control": "no-store"})
            found = await enter(hub, visitor.person, id)
        except ThinkaloudError as error:
            absent(hub, visitor, error)
        else:
            SessionPage(doors, found, visitor, examples, voice)
        return None


class SessionPage:
    """What one browser sees of a session, and what it may do there. Made inside the page function."""

    def __init__(
        self, doors: Doors, session: Session, visitor: Visitor, examples: Sequence[str], voice: VoiceDoor
    ) -> None:
        hub = self._hub = doors.hub
        self._session = session
        self._visitor = visitor
        self._fresh = not len(session.log)
        self._gone = self._lost = False
        self._replied: set[str] = set()
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._speaking = Caption()
        self._speaks = Soon(lambda: self._people.speak(self._speaking), seconds=PAUSE)
        self._frame = Frame(session.title, on_title=self._on_title if visitor.may("own", session) else None)
        with self._frame.tools:
            self._people = People(
                session,
                visitor,
                on_change=self._refresh,
                on_typing=self._on_typing,
                on_caption=self._on_caption,
                on_name=self._on_name,
            )
            self._sharing = Sharing(session, visitor, doors.locks)
        self._choice = ModelChoice(hub, session, self._frame, visitor)
        with self._frame.drawer:
            self._listing = Listing(hub, visitor, current=session.id, drawer=self._frame.drawer)
        with self._frame.main:
            self._welcome = Welcome(examples, self._on_example)
            if (fork := session.forked_from) and (card := hub.card(fork.session)) and visitor.may("watch", card):
                origin(card.title, f"/s/{card.id}")
            self._view = TranscriptView(on_action=self._on_action)
        self._live = Live(session, self._view, name=lambda model: hub.models.provider(model).label)
        with ui.footer().classes("ta-footer"):
            self._trouble = Trouble()
            self._voice = Voice(session=session.id, service=voice.offers, on_caption=self._on_own_caption)
            self._composer = Composer(
                session=session.id,
                fresh=self._fresh,
                longest=hub.limits.message,
                on_send=self._on_send,
                on_stop=lambda: self._tried(lambda: session.stop(by=visitor.user)),
                on_withdraw=self._on_withdraw,
                on_typing=self._on_own_typing,
            )
        for sentence in hub.notices if visitor.person.role == "owner" else ():  # they name sessions of everybody
            notice(sentence, stays=True)
        self._show()
        hub.watchers.add(self._refresh)
        session.watchers.add(self._on_told)
        ui.context.client.on_delete(self._on_delete)

    def _show(self) -> None:
        session, visitor = self._session, self._visitor
        if self._lost:
            return
        fresh = not len(session.log)
        gone = not fresh and self._hub.card(session.id) is None
        if self._gone and not gone:
            with self._view:
                ui.navigate.reload()  # restored: the hub has made it anew
            return
        self._gone = gone
        self._frame.show(session.title)
        self._choice.show()
        self._sharing.show()
        may = visitor.may("take part", session)
        self._view.look(session=session.id, mine=visitor.mine, may=may, keys=self._choice.keys)
        self._welcome.visible = fresh
        self._welcome.examples.visible = not session.model.startswith("agent:")  # it is for something else, perhaps
        self._trouble.show("This session was deleted." if gone else session.trouble)
        self._voice.show(may=may and not gone)
        self._composer.show(
            fresh=fresh,
            running=session.running,
            queued=waiting(session.transcript),
            gone=gone,
            may=may,
            alone=not self._people.others,
            mine=visitor.mine,
        )
        if self._fresh and not fresh:
            self._fresh = False
            with self._view:
                ui.navigate.history.replace(f"/s/{session.id}")  # a reload, NiceGUI's own too, finds it there

    def _on_told(self) -> None:
        """Where it is not shared with them any more, what is on the page goes, and nothing more comes, at once."""
        if standing(self._visitor.person, self._session) or self._lost:
            (last,) = self._session.log.after(len(self._session.log) - 1) or (None,)
            if isinstance(last, MessagePosted) and last.author not in self._visitor.mine:
                self._composer.typed(last.author, still=False)
            self._refresh()
            return
        self._lost = True
        self._live.end()
        self._people.leave()
        with self._view:
            ui.navigate.reload()

    # ── what the person does ─────────────────────────────────────────────────────────────────────────────

    def _on_send(self, message: str, text: str, files: Sequence[str], written_in: str) -> None:
        if written_in != self._session.id and self._hub.card(written_in):
            # `/` was reloaded after it had sent its first message and before it heard of it: that session is there
            self._composer.accepted(message)
            ui.navigate.to(f"/s/{written_in}")
        elif self._tried(lambda: self._say(message, text, files)):
            self._composer.accepted(message)
        else:
            self._composer.refused(message)

    def _say(self, message: str, text: str, files: Sequence[str]) -> None:
        """While the agent waits for an answer, what is written answers it."""
        asked = self._session.transcript.asks
        if message in self._replied:
            return  # the browser has not heard of it
        if asked and text.strip() and not files:
            self._session.reply(asked[-1].id, text, by=self._visitor.user)
            self._replied.add(message)
            return
        together = self._hub.attachments.together(files)
        self._session.say(text, author=self._visitor.user, message=message, attachments=together)

    def _on_example(self, text: str) -> None:
        if not len(self._session.log):
            self._tried(lambda: self._session.say(text, author=self._visitor.user))

    def _on_withdraw(self, message: str) -> None:
        waiting = next((m for m in self._session.transcript.queued if m.id == message), None)
        by = waiting.author if waiting and waiting.author in self._visitor.mine else self._visitor.user
        if self._tried(lambda: self._session.withdraw(message, by=by)) and waiting:
            self._composer.give_back(waiting.content, waiting.attachments)

    def _on_title(self) -> None:
        if len(self._session.log):
            self._listing.ask_title(self._session.id, self._session.title)

    def _on_action(self, name: str, args: dict[str, Any]) -> None:
        """What the transcript offers: see parts/transcript.py."""
        if name == "resume":
            self._tried(lambda: self._session.resume(by=self._visitor.user))
        elif name == "reply":
            if not self._tried(lambda: self._session.reply(args["ask"], args["content"], by=self._visitor.user)):
                self._view.refused(args["ask"])
        elif name in ("regenerate", "edit"):
            with self._view:
                background_tasks.create(
                    self._fork(args["turn"], args.get("message"), args.get("content")), context=self._view
                )

    async def _fork(self, turn: str, message: str | None, content: str | None) -> None:
        try:
            allow(self._visitor.person, "take part", self._session)
            by = self._visitor.user
            fork = await forking.fork(
                self._hub, self._session.id, turn, by=by, owner=self._visitor.owns, message=message, content=content
            )
        except ThinkaloudError as error:
            notice(error.message)
        else:
            ui.navigate.to(f"/s/{fork.id}")

    def _on_own_typing(self) -> None:
        if self._visitor.may("take part", self._session):
            self._people.write()

    def _on_typing(self, user: str) -> None:
        self._composer.typed(user)

    def _on_own_caption(self, caption: Caption) -> None:
        if self._visitor.may("take part", self._session):
            self._speaking = caption
            self._speaks()  # however many come, others are told the last

    def _on_caption(self, caption: Caption) -> None:
        self._voice.captioned(caption)

    def _on_name(self, name: str) -> None:
        try:
            self._visitor.rename(name)
        except ThinkaloudError as error:
            self._people.bar.refused(error.message)
        else:
            self._people.named()

    def _tried(self, act: Callable[[], Any], wanted: Act = "take part") -> bool:
        """Whether `act` went well, and was theirs to do; if not, the person reads why."""
        try:
            allow(self._visitor.person, wanted, self._session)
            act()
        except ThinkaloudError as error:
            notice(error.message)
            return False
        finally:
            self._refresh()
        return True

    def _on_delete(self) -> None:
        self._hub.watchers.discard(self._refresh)
        self._session.watchers.discard(self._on_told)
        self._refresh.cancel()
        self._speaks.cancel()
        self._people.leave()
        if not len(self._session.log):
            self._hub.drop(self._session.id)


def waiting(transcript: Transcript) -> list[Message]:
    """What waits for a later turn: not what a turn that has just begun is about to read."""
    turn = transcript.running
    return [] if turn and not turn.items else transcript.queued
