"""The page of one session: frame, drawer, transcript and message box. `/` is a session that has yet to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import background_tasks, ui

from agent.errors import ThinkaloudError
from agent.hub import Hub
from agent.session import Session
from agent.transcript import Message, Transcript

from .absent import absent
from .frame import Frame
from .listing import Listing
from .live import Live
from .models import ModelChoice, remembered
from .parts.composer import Composer
from .parts.notice import notice
from .parts.origin import origin
from .parts.transcript import TranscriptView
from .parts.trouble import Trouble
from .parts.welcome import Welcome
from .soon import Soon

PAUSE = 0.05  # seconds between two looks at what is around the transcript


def mount(hub: Hub, examples: Sequence[str]) -> None:
    """Registers `/` and `/s/{id}`."""

    @ui.page("/")
    def begin() -> None:
        session = hub.new()
        remembered(session)
        SessionPage(hub, session, examples)

    @ui.page("/s/{id}")
    async def session(id: str) -> None:
        try:
            found = await hub.open(id)
        except ThinkaloudError as error:
            absent(hub, error.message)
        else:
            SessionPage(hub, found, examples)


class SessionPage:
    """What one browser sees of a session, and what it may do there. Made inside the page function."""

    def __init__(self, hub: Hub, session: Session, examples: Sequence[str]) -> None:
        self._hub = hub
        self._session = session
        self._fresh = not len(session.log)
        self._gone = False
        self._replied: set[str] = set()
        self._frame = Frame(session.title, on_title=self._on_title)
        self._choice = ModelChoice(hub, session, self._frame)
        with self._frame.drawer:
            self._listing = Listing(hub, current=session.id, drawer=self._frame.drawer)
        with self._frame.main:
            self._welcome = Welcome(examples, self._on_example)
            if (fork := session.forked_from) and (card := hub.card(fork.session)):
                origin(card.title, f"/s/{card.id}")
            self._view = TranscriptView(on_action=self._on_action)
        Live(session, self._view, name=lambda model: hub.models.provider(model).label)
        with ui.footer().classes("ta-footer"):
            self._trouble = Trouble()
            self._composer = Composer(
                session=session.id,
                fresh=self._fresh,
                longest=hub.limits.message,
                on_send=self._on_send,
                on_stop=lambda: session.stop(),
                on_withdraw=self._on_withdraw,
            )
        for sentence in hub.notices:
            notice(sentence, stays=True)
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._show()
        hub.watchers.add(self._refresh)
        session.watchers.add(self._refresh)
        ui.context.client.on_delete(self._on_delete)

    def _show(self) -> None:
        session = self._session
        fresh = not len(session.log)
        gone = not fresh and self._hub.card(session.id) is None
        if self._gone and not gone:
            with self._view:
                ui.navigate.reload()  # restored: the hub has made it anew
            return
        self._gone = gone
        self._frame.show(session.title)
        self._choice.show()
        self._welcome.visible = fresh
        self._welcome.examples.visible = not session.model.startswith("agent:")  # it is for something else, perhaps
        self._trouble.show("This session was deleted." if gone else session.trouble)
        self._composer.show(fresh=fresh, running=session.running, queued=waiting(session.transcript), gone=gone)
        if self._fresh and not fresh:
            self._fresh = False
            with self._view:
                ui.navigate.history.replace(f"/s/{session.id}")  # a reload, NiceGUI's own too, finds it there

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
        turn = self._session.transcript.running
        asked = turn.asks if turn else []
        if message in self._replied:
            return  # the browser has not heard of it
        if asked and text.strip() and not files:
            self._session.reply(asked[-1].id, text)
            self._replied.add(message)
            return
        self._session.say(text, message=message, attachments=self._hub.attachments.together(files))

    def _on_example(self, text: str) -> None:
        if not len(self._session.log):
            self._tried(lambda: self._session.say(text))

    def _on_withdraw(self, message: str) -> None:
        waiting = next((m for m in self._session.transcript.queued if m.id == message), None)
        if self._tried(lambda: self._session.withdraw(message)) and waiting:
            self._composer.give_back(waiting.content, waiting.attachments)

    def _on_title(self) -> None:
        if len(self._session.log):
            self._listing.ask_title(self._session.id, self._session.title)

    def _on_action(self, name: str, args: dict[str, Any]) -> None:
        """What the transcript offers: see parts/transcript.py."""
        if name == "resume":
            self._tried(self._session.resume)
        elif name == "reply":
            if not self._tried(lambda: self._session.reply(args["ask"], args["content"])):
                self._view.refused(args["ask"])
        elif name in ("regenerate", "edit"):
            with self._view:
                background_tasks.create(
                    self._fork(args["turn"], args.get("message"), args.get("content")), context=self._view
                )

    async def _fork(self, turn: str, message: str | None, content: str | None) -> None:
        try:
            fork = await self._hub.fork(self._session.id, turn, message=message, content=content)
        except ThinkaloudError as error:
            notice(error.message)
        else:
            ui.navigate.to(f"/s/{fork.id}")

    def _tried(self, act: Callable[[], Any]) -> bool:
        """Whether `act` went well; if not, the person reads why."""
        try:
            act()
        except ThinkaloudError as error:
            notice(error.message)
            return False
        finally:
            self._refresh()
        return True

    def _on_delete(self) -> None:
        self._hub.watchers.discard(self._refresh)
        self._session.watchers.discard(self._refresh)
        self._refresh.cancel()
        if not len(self._session.log):
            self._hub.drop(self._session.id)


def waiting(transcript: Transcript) -> list[Message]:
    """What waits for a later turn: not what a turn that has just begun is about to read."""
    turn = transcript.running
    return [] if turn and not turn.items else transcript.queued
