"""Looking for words in settled sessions: through the raw lines first, which nearly always say no."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from agent.store import Card, Hit

from .coding import dumps, loads
from .lines import Foreign, Lines, documents
from .pack import texts

MOST = 50
AROUND = 120  # characters of an excerpt
YIELD_EVERY = 16  # documents, about 1.5 ms: the event loop waits for the interpreter, not for the disk


def search(
    words: str, cards: Iterable[Card], path_of: Callable[[str], Path], given_up: Callable[[], bool]
) -> list[Hit]:
    """The first 50 of `cards` whose title or text has all the words, in any case.

    A session that cannot be read is passed over: opening it says why. `given_up` is asked between two sessions.
    """
    wanted = words.casefold().split()
    hits: list[Hit] = []
    for card in cards if wanted else ():
        if given_up() or len(hits) == MOST:
            break
        title = card.title.casefold()
        missing = [word for word in wanted if word not in title]
        try:
            excerpt = _find(missing, path_of(card.id)) if missing else ""
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if excerpt is not None:
            hits.append(Hit(card=card, excerpt=excerpt))
    return hits


def _find(words: list[str], path: Path) -> str | None:
    """The excerpt around the first place of any word, if the session has them all."""
    written = {word: dumps(word)[1:-1].decode().casefold() for word in words}
    candidates: list[bytes] = []
    maybe: set[str] = set()
    for number, raw in enumerate(_stretches(path)):
        if number % YIELD_EVERY == 0:
            time.sleep(0)
        found = _maybe(raw, written)
        if found:
            candidates.append(raw)
            maybe |= found
    if len(maybe) < len(words):
        return None
    missing, excerpt = set(words), None
    for number, raw in enumerate(candidates):
        if number % YIELD_EVERY == 0:
            time.sleep(0)
        for text in texts(loads(raw)):
            folded = text.casefold()
            for word in [word for word in missing if word in folded]:
                missing.discard(word)
                excerpt = excerpt or _excerpt(text, folded, word)
        if not missing:
            return excerpt
    return None


def _stretches(path: Path) -> Iterator[bytes]:
    try:
        with open(path, "rb", buffering=1 << 18) as file:
            for table, key, _, raw in documents(file):
                if table == "stretches" and key is not None:
                    yield raw
    except Foreign:
        for document in ((Lines(path).read() or {}).get("stretches", {})).values():
            yield dumps(document)


def _maybe(raw: bytes, written: dict[str, str]) -> set[str]:
    """The words that may be in the raw JSON of a stretch; never misses one that is in its text."""
    if b"\\u" in raw:  # text that JSON spells in another way: only parsing tells
        return set(written)
    if raw.isascii():  # five times faster than folding
        lowered = raw.lower()
        return {word for word, spelt in written.items() if spelt.isascii() and spelt.encode() in lowered}
    folded = raw.decode(errors="replace").casefold()
    return {word for word, spelt in written.items() if spelt in folded}


def _excerpt(text: str, folded: str, word: str) -> str:
    """About 120 characters around the word, on one line."""
    at = folded.index(word)
    if len(folded) != len(text):  # ß is two letters when folded: find the place in the text itself
        passed = 0
        for at_text, letter in enumerate(text):
            if passed >= at:
                at = at_text
                break
            passed += len(letter.casefold())
    start = max(0, at - (AROUND - len(word)) // 2)
    stop = min(len(text), start + max(AROUND, len(word)))
    start = max(0, stop - max(AROUND, len(word)))
    words = re.sub(r"\s+", " ", text[start:stop]).strip()
    return f"{'… ' if start else ''}{words}{' …' if stop < len(text) else ''}"
