"""One watchable conversation: say, stop, resume, clear, share. With run.py the only writer of its log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .access import LONGEST_NAME, is_name
from .attachments import Attachments, attached
from .errors import BadRequest, Busy, NotFound, StorageError
from .events import (
    AskClosed,
    Event,
    ForkedFrom,
    Intent,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionCreated,
    SessionRenamed,
    SessionShared,
    SessionSwitched,
    Share,
    TurnEnd,
    TurnTrimmed,
    Why,
)
from .house import House
from .log import Log
from .presence import Presence, Seat
from .prompt import outgrown, prompt
from .providers.base import Attachment, Prompt, ToolSpec
from .run import Run
from .sound import sound
from .titles import UNTITLED, title_of
from .transcript import Ask, Transcript, Turn, apply
from .unwatched import Unwatched

LONGEST_TITLE = 120
AWAY = "Not now: the server is stopping, or this session was deleted."
TOLD = (MessagePosted, MessageRead, MessageWithdrawn, SessionRenamed, SessionShared, SessionSwitched)


class Session:
    """A log and what may be done to it. Made by the hub; a new one has no events until somebody says something.

    `transcript` is folded as far back as the hub opened it: its turns are the last ones, not always all.
    """

    def __init__(
        self, id: str, log: Log, house: House, start: Transcript | None = None, *, owner: str = "", task: bool = False
    ) -> None:
        self.id = id
        self.log = log
        self.limits = house.limits
        self.presence = Presence(house.chance.clock, self._seen)
        self.held = 0
        """How many need it to stay in memory, besides those who are present or watch."""
        self.used = house.chance.clock.elapsed()  # when somebody last had to do with it
        self.closing = False  # it is being put away: what is queued stays so
        self.trouble: str | None = None
        """The sentence about why nothing can be written at the moment."""
        self.watchers: set[Callable[[], None]] = set()
        """Called when a message is posted, read or taken back, when title or model change, and with `trouble`."""
        self._house = house
        self._chance = house.chance
        self._models = house.models
        self._model = self._models.default
        self._attachments = Attachments(house.files, self._chance)
        self._run: Run | None = None
        self.by = ""
        """Who began the run that goes on, or the last one."""
        self._unwatched = Unwatched(self._chance.clock, self.limits.grace, self.presence, self._stop_unwatched)
        self._said: set[str] = set()
        self._transcript = start or Transcript(model=self._model, owner=owner, task=task)
        self._whole = self._transcript.cursor == 0  # folded from the log's first event on
        for event in log.after(self._transcript.cursor):
            apply(self._transcript, event)
        messages = [m for turn in self._transcript.turns if isinstance(turn, Turn) for m in turn.messages]
        self._said |= {message.id for message in [*messages, *self._transcript.queued]}

    # ── what people do ───────────────────────────────────────────────────────────────────────────────────

    def say(
        self,
        content: str,
        *,
        author: str = "owner",
        intent: Intent = "queue",
        message: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> str:
        """Posts a message and returns its id; the agent takes it up at once if it has the floor to itself.

        While it works, `queue` waits for the next turn, `steer` is read before its next step, `interrupt` stops
        it and opens the next turn. A `message` id that was said before makes this call do nothing.
        Raises BadRequest (empty, or an attachment is not here any more), TooLong, RateLimited (the author has begun
        too many runs that still go on), StorageError (say it again, with the same id, once that is mended).
        Once it is posted it is said: where the disk then has no room for a turn, it waits, and `trouble` says so.
        """
        if message is not None and message in self._said:
            if self._run is None and self._transcript.queued and self.trouble:  # posted, but there was no room for more
                self._start(by=author)
            return message
        if self.closing:
            raise Busy(AWAY)
        content = sound(content.strip())
        if not content and not attachments:
            raise BadRequest("There is nothing to send: the message is empty.")
        self.limits.bound(content)
        known = self._attachments.together(one.id for one in attachments)
        if self._run is None:
            self._house.admit(author)
        self._begin(title_of(content or known[0].name))
        message = message or self._chance.id()
        files = tuple(attached(one) for one in known)
        self.append(MessagePosted(message=message, author=author, content=content, intent=intent, attachments=files))
        self._said.add(message)
        if self._run is None:
            try:
                self._start(by=author)
            except StorageError as error:
                self.troubled(error.message)
        elif intent == "interrupt":
            self._run.stop(by=author, why="user")
        return message

    def resume(self, *, by: str = "owner") -> None:
        """Goes on from where the last turn was cut off. Raises Busy while one runs, BadRequest if none was."""
        if self._run is not None:
            raise Busy("The agent is still at work.")
        last = self._transcript.turns[-1] if self._transcript.turns else None
        if not isinstance(last, Turn) or last.state == "done":  # what was cleared cannot be continued either
            raise BadRequest("There is nothing to continue: the last answer is complete.")
        self._house.admit(by)
        self._start(by=by)

    def stop(self, *, by: str | None = "owner", why: Why = "user") -> bool:
        """Stops the running turn, if there is one, and tells whether there was."""
        if self._run is None:
            return False
        self._run.stop(by=by, why=why)
        return True

    def withdraw(self, message: str, *, by: str = "owner") -> None:
        """Takes back a message that nobody has read; raises NotFound where it is too late or not one's own."""
        if not any(m.id == message and m.author == by for m in self._transcript.queued):
            raise NotFound("That message was read already, or is not yours.")
        self.append(MessageWithdrawn(message=message))

    def reply(self, ask: str, content: str, *, by: str = "owner") -> None:
        """Answers what the agent asked. Raises BadRequest (empty), NotFound where nothing waits for this answer."""
        content = sound(content.strip())
        if not content:
            raise BadRequest("There is nothing to send: the answer is empty.")
        self.limits.bound(content)
        turn = self._transcript.running
        asked = [item for item in turn.items if isinstance(item, Ask) and item.id == ask] if turn else []
        if self._run is None or turn is None or not asked or asked[0].closed:
            raise NotFound("The agent does not wait for that answer any more.")
        self.append(AskClosed(turn=turn.id, ask=ask, by=by, content=content))
        self._run.replied(ask, content)

    def switch(self, model: str, *, by: str = "owner") -> None:
        """Another model from the next turn on. Raises BadRequest where `model` can be none, Busy when put away."""
        if self.closing:
            raise Busy(AWAY)
        self._models.check(model)
        if model == self.model:
            return
        if len(self.log):
            self.append(SessionSwitched(model=model, by=by))
        else:
            self._model = self._transcript.model = model
            self._tell()

    def clear(self, *, by: str = "owner") -> None:
        """The agent forgets what came before; people can still scroll up. Raises Busy while a turn runs."""
        if self._run is not None:
            raise Busy("The agent is still at work. Stop it first.")
        self._begin(UNTITLED)
        self.append(SessionCleared(by=by))

    def rename(self, title: str) -> None:
        """Raises BadRequest where the title is empty."""
        title = sound(" ".join(title.split()))[:LONGEST_TITLE]
        if not title:
            raise BadRequest("A session needs a title.")
        if not len(self.log):
            self._begin(title)
        elif title != self.title:
            self.append(SessionRenamed(title=title))

    def share(self, user: str, role: Share | None, *, by: str = "owner") -> None:
        """Lets `user` take part or watch from here on; with None, neither any more. Raises BadRequest."""
        if not is_name(user):
            raise BadRequest(f"A name has 1 to {LONGEST_NAME} printable characters.")
        if self._transcript.people.get(user) == role or (role and user == self.owner):
            return
        self._begin(UNTITLED)
        self.append(SessionShared(user=user, role=role, by=by))

    def touch(self) -> None:
        """Somebody has looked at it without staying: who could do that once can come back."""
        self.presence.returnable = True
        self._seen(None)

    async def wait_idle(self) -> None:
        """Returns once no turn runs."""
        while self._run is not None:
            await self._run.wait_ended()

    # ── what people see ──────────────────────────────────────────────────────────────────────────────────

    @property
    def transcript(self) -> Transcript:
        """The live fold; read it, do not keep or change it."""
        return self._transcript

    @property
    def title(self) -> str:
        return self._transcript.title or UNTITLED

    @property
    def model(self) -> str:
        return self._transcript.model or self._model

    @property
    def label(self) -> str:
        return self._models.provider(self.model).label  # what the badge says of the model

    def now(self) -> int:
        """Unix ms, as in its events."""
        return self._chance.clock.now()

    @property
    def running(self) -> bool:
        return self._run is not None

    @property
    def owner(self) -> str:
        """Whose it is; empty where nobody had signed in."""
        return self._transcript.owner

    @property
    def people(self) -> Mapping[str, Share]:
        return self._transcript.people

    @property
    def task(self) -> bool:
        return self._transcript.task

    @property
    def forked_from(self) -> ForkedFrom | None:
        """The session that this one was forked off, and where."""
        first = self.log.first
        return first.forked_from if isinstance(first, SessionCreated) else None

    # ── for its run and its hub ──────────────────────────────────────────────────────────────────────────

    def append(self, event: Event) -> Event:
        event = self.log.append(event)
        apply(self._transcript, event)
        if isinstance(event, SessionCreated | SessionRenamed | SessionShared | SessionSwitched | TurnEnd):
            self._house.changed(self, event)
        if isinstance(event, TOLD):
            self._tell()
        return event

    def prompt(self) -> Prompt:
        """What the next step is sent; where that has become too long, or is not all here, the log says what is not."""
        running = self._transcript.running
        budget = self._models.provider(running.model).budget if running else 0
        if running and (upto := outgrown(self._transcript, budget, whole=self._whole)):
            self.append(TurnTrimmed(turn=running.id, upto=upto))
        specs = [ToolSpec(name=t.name, description=t.description, schema=t.schema) for t in self._house.tools]
        return prompt(self._transcript, specs, read=self._house.files.file)

    def read_messages(self, turn: str, *, steers_only: bool) -> None:
        for message in list(self._transcript.queued):
            if message.intent == "steer" or not steers_only:
                self.append(MessageRead(turn=turn, message=message.id))

    def turn(self) -> Turn | None:
        return self._transcript.running

    def troubled(self, trouble: str | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._tell()

    def _tell(self) -> None:
        for watcher in list(self.watchers):
            watcher()

    def _start(self, *, by: str) -> None:
        if self.closing:
            raise Busy(AWAY)
        provider = self._models.provider(self.model)
        longest = self.limits.args
        run = Run(self, provider, self._house.tools, self._chance, by=by, ended=self._run_ended, longest_args=longest)
        run.start()
        self._run, self.by = run, by
        self._house.changed(self, None)
        self._seen(None)

    def _begin(self, title: str) -> None:
        if not len(self.log):
            self.append(SessionCreated(title=title, model=self._model, by=self.owner, task=self.task))

    def _seen(self, left: Seat | None) -> None:
        self.used = self._chance.clock.elapsed()
        self._unwatched.look(running=self.running and not self.task, left=left)

    def _stop_unwatched(self) -> None:
        self.stop(by=None, why="unwatched")

    async def _run_ended(self, end: TurnEnd) -> None:
        """Before anything else is said the turn is settled; then the agent takes up what was queued meanwhile."""
        self._run = None
        self._seen(None)
        self._house.changed(self, None)
        await self._house.ended(self)
        waiting = self._transcript.queued
        unasked = end.reason == "interrupted" and not any(m.intent == "interrupt" for m in waiting)
        if waiting and self._run is None and not (unasked or self.closing or self.presence.forsaken):
            try:
                self._start(by=waiting[0].author)
            except StorageError as error:  # nobody is above; it waits, as in `say`
                self.troubled(error.message)
