"""How long a browser takes to open a session with many turns: navigation start → the last turn's end is painted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.async_api import BrowserContext

from .browser import PROBE, chromium
from .history import keep_all, marker, session_of
from .process import serving
from .table import Row

SLOWEST = 1_500


async def opening(folder: Path, sizes: list[int], rounds: int, say: Callable[[str], None]) -> list[Row]:
    """The first time: the server has not read the session yet, and the browser's cache is empty. Then once more."""
    first: dict[int, list[float]] = {turns: [] for turns in sizes}
    again: dict[int, list[float]] = {turns: [] for turns in sizes}
    say(f"opening: makes sessions of {sizes} turns")
    await asyncio.to_thread(keep_all, folder / "opening" / "data", sizes)
    async with chromium() as browser:
        for turn in range(rounds):
            with serving("-m", "bench.server", "PORT", str(folder / "opening"), folder=folder / "opening") as server:
                for turns in sizes:
                    say(f"opening {turn + 1}/{rounds}: {turns} turns")
                    context = await browser.new_context(viewport={"width": 1280, "height": 800})
                    try:
                        await context.add_init_script(f"{PROBE};benchAwait({marker(turns)!r});")
                        address = f"{server.url}/s/{session_of(turns)}"
                        first[turns].append(await opened(context, address))
                        again[turns].append(await opened(context, address))
                    finally:
                        await context.close()
    return [
        Row(what=f"opens a session of {turns:,} turns, {name}", ours=median(times[turns]), digits=0, bar=SLOWEST)
        for name, times in (("first time", first), ("again", again))
        for turns in sizes
    ]


async def opened(context: BrowserContext, address: str) -> float:
    """Ms until it is painted. Raises TimeoutError after 30 s."""
    page = await context.new_page()
    try:
        async with asyncio.timeout(30):
            await page.goto(address, wait_until="commit")
            while not (found := await page.evaluate("window.benchOpened ?? 0")):  # noqa: ASYNC110 (a browser's)
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.3)
        return found
    finally:
        await page.close()
