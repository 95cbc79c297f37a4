"""Keeps out of the log what is nobody's fault: that a browser has left a page while it was loading."""

from __future__ import annotations

import logging


class HungUp(logging.Filter):
    """Starlette's BaseHTTPMiddleware, of which NiceGUI has several, takes that for an app that forgot to answer, and
    uvicorn writes a traceback of a hundred lines. An app that does forget is found by tests."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not (isinstance(error, RuntimeError) and str(error) == "No response returned.")
