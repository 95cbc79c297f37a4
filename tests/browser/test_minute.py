"""A whole minute without a connection: see minute.py. It began before the first test of this folder."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from .minute import DRAFT, MINUTE, Cut
from .screen import answer, composer, expected, shown, squeezed, wait_ended
from .server import Server


@pytest.mark.timeout(MINUTE + 40)
def test_a_cut_of_a_minute_is_made_up_for(server: Server, minute: Cut) -> None:
    page = minute.page
    page.wait_for_timeout(max(0, minute.ends - time.monotonic()) * 1000)
    wait_ended(page, seconds=30)
    assert squeezed(answer(page)).startswith(squeezed(minute.seen))
    assert shown(page) == expected(page, server.log(minute.session))
    expect(composer(page)).to_have_value(DRAFT)
    assert minute.faults == []
