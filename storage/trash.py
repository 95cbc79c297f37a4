"""Deleted sessions, until nobody can want them back.

`trash/<session>.<Unix ms>/` has the card and the session's files under their own names. While files are being
moved the folder's name ends in `.going`: a start-up that finds one finishes (or repeats) the deletion.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

from agent.errors import Busy, NotFound
from agent.store import Card

from .coding import dumps, loads
from .disk import move, replacing, sync_folder
from .names import file_name, session_of
from .segments import segment_files
from .sessions import card_from

KEPT_MS = 7 * 24 * 3600 * 1000
GOING = ".going"
EMPTY = ".empty"
CARD = "card.json"


class Trash:
    """The bin of a data folder. Every method raises OSError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trash = folder / "trash"

    def knows(self, session: str) -> bool:
        """Whether something of that name is in the bin, or on its way in or out."""
        return any(self._trash.glob(f"{file_name(session)}.*"))

    def take(self, card: Card, now: int) -> Path:
        """Moves the session's files in; the caller forgets the card, then calls `seal` with what this returns."""
        going = self._trash / f"{file_name(card.id)}.{now}{GOING}"
        going.mkdir()
        with replacing(going / CARD) as out:
            out.write(dumps(asdict(card)))
        sync_folder(self._trash)
        try:
            self._gather(going)
        except OSError:
            self._scatter(going)
            shutil.rmtree(going)
            raise
        return going

    def seal(self, going: Path) -> None:
        """The deletion is whole."""
        move(going, going.with_name(going.name.removesuffix(GOING)))

    def unfinished(self) -> list[tuple[Path, str]]:
        """Deletions that a crash cut short, their files now all moved: what to `seal`, and the session."""
        found: list[tuple[Path, str]] = []
        for path in self._trash.glob(f"*{GOING}"):
            if (path / CARD).exists():
                self._gather(path)
                found.append((path, session_of(path)))
            else:  # it had not begun
                shutil.rmtree(path)
        return found

    def give_back(self, session: str) -> tuple[Path, Card]:
        """Moves the files of the last deletion back; the caller keeps the card, then calls `empty`.

        Raises NotFound where there is none, Busy where another session has taken the name since.
        """
        name = file_name(session)
        found = max(self._sealed(name), key=_deleted_at, default=None)
        if found is None:
            raise NotFound("That session was deleted too long ago: it cannot be brought back.")
        if self._own(name):
            raise Busy("There is a new session of that name: delete it first.")
        card = card_from(loads((found / CARD).read_bytes()))
        going = found.with_name(found.name + GOING)
        move(found, going)
        self._scatter(going)
        return going, card

    def empty(self, going: Path) -> None:
        """The session is back: removes what is left of the folder."""
        emptied = going.with_name(going.name.removesuffix(GOING) + EMPTY)
        move(going, emptied)  # at once, so that no crash makes half of it look like a deletion
        shutil.rmtree(emptied)

    def purge(self, now: int) -> None:
        """Removes what was deleted longer than a week ago."""
        old = [path for path in self._sealed("*") if _deleted_at(path) < now - KEPT_MS]
        for path in (*old, *self._trash.glob(f"*{EMPTY}")):
            shutil.rmtree(path)

    def _gather(self, going: Path) -> None:
        for path in self._own(going.name.split(".")[0]):
            move(path, going / path.name)

    def _scatter(self, going: Path) -> None:
        for path in going.iterdir():
            if path.name != CARD:
                move(path, self._folder / ("sessions" if path.suffix == ".json" else "journal") / path.name)

    def _own(self, name: str) -> list[Path]:
        session = self._folder / "sessions" / f"{name}.json"
        return [*([session] if session.exists() else []), *segment_files(self._folder / "journal", name)]

    def _sealed(self, name: str) -> list[Path]:
        return [path for path in self._trash.glob(f"{name}.*") if path.suffix[1:].isdecimal()]


def _deleted_at(path: Path) -> int:
    return int(path.suffix[1:])
