"""Starts the app as `main.py` does, with models of a test's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import main
from agent.hub import Hub
from agent.models import Models
from agent.settings import Settings
from storage.store import DiskStore


def serve(settings: Settings, models: Models, beside: Callable[[Hub], None] = lambda hub: None) -> None:
    """Returns when it is stopped; `beside` adds doors of its own."""
    store = DiskStore(settings.data)
    try:
        hub = main.build(settings, store, models=models)
        hub.notices += store.notices
        asyncio.run(hub.recover())
        os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # as main.run does, before the import
        beside(hub)
        main.run(settings, hub, {})
    finally:
        store.close()
