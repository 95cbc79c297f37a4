"""A page that loses its connection for a minute, in mid-answer, while other tests go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from .player import words
from .proxy import Proxy
from .screen import ask, composer, session_of, wait_words
from .server import Server
from .tab import new_person

TEXT = " ".join(f"word{n}" for n in range(400))
DRAFT = "What I was about to ask next"
MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The page, what was seen of its answer before, and when (`time.monotonic`) it is connected again."""

    page: Page
    session: str
    seen: str
    ends: float
    faults: list[str]


@contextmanager
def cut_for_a_minute(server: Server, chromium: Browser) -> Iterator[Cut]:
    proxy = Proxy(server.port)
    faults: list[str] = []
    person = new_person(chromium, faults)
    page = person.new_page()
    mending = threading.Timer(MINUTE, proxy.mend)
    try:
        page.goto(proxy.url)
        ask(page, server.write("minute", words("think", TEXT[:100]) + words("say", TEXT), pace=(MINUTE + 6) / 420))
        seen = wait_words(page, 20)
        composer(page).fill(DRAFT)
        session = session_of(page)
        proxy.cut()
        mending.start()
        yield Cut(page=page, session=session, seen=seen, ends=time.monotonic() + MINUTE, faults=faults)
    finally:
        mending.cancel()
        proxy.close()
        person.close()
