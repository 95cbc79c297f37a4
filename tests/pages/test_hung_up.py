"""What is written to the log of those who leave."""

from __future__ import annotations

import logging

import pytest

from pages.hung_up import HungUp


@pytest.mark.parametrize(
    ("error", "written"),
    [
        (RuntimeError("No response returned."), False),
        (RuntimeError("of the test"), True),
        (ValueError("No response returned."), True),
        (None, True),
    ],
)
def test_only_that_somebody_has_left_is_no_fault(error: Exception | None, written: bool) -> None:
    exc_info = (type(error), error, None) if error else None
    record = logging.LogRecord(
        "uvicorn.error", logging.ERROR, __file__, 1, "Exception in ASGI application", (), exc_info
    )
    assert HungUp().filter(record) is written
