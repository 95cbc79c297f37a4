"""Chromium, and one order carried out in it: with the probe that sees paints, or without, to see what it costs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from .answer import answer
from .painted import Painted
from .process import Server
from .proxy import Counted, Proxy
from .source import Order, sent

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
QUIET = 0.8  # seconds that a page gets to itself after it was loaded, and after the last token


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One of the two that are compared, where it runs now."""

    name: str
    server: Server
    proxy: Proxy
    formatted: bool
    done: str
    """What the page has once the answer is whole, as a CSS selector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one answer: bytes to the browser, seconds of the server's CPU and of the browser's main thread."""

    answer: int
    counted: Counted
    cpu: float
    main: float
    script: float
    layout: float


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's, headless. Raises RuntimeError where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("There is no chromium: apt install chromium.")
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def tab(browser: Browser, url: str) -> AsyncIterator[Page]:
    """A page in a context of its own, loaded and quiet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    try:
        await context.add_init_script(PROBE)
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_label("Message", exact=True).wait_for()
        await asyncio.sleep(QUIET)
        yield page
    finally:
        await context.close()


async def see(browser: Browser, app: App, order: Order) -> list[float]:
    """Ms from sent to painted of each token, straight from the server."""
    async with tab(browser, app.server.url) as page:
        await page.evaluate("benchWatch()")
        await _send(page, order)
        left = await sent(order, app.server.folder)
        await _wait_whole(page, app, order)
        await asyncio.sleep(0.2)  # what is in the document may not be painted yet
        frames = await page.evaluate("benchFrames")
    return Painted(answer(order.tokens), formatted=app.formatted).lateness(left, frames)


async def pay(browser: Browser, app: App, order: Order) -> Cost:
    """What an order costs, through the proxy that counts, from the click on Send until all is quiet again."""
    async with tab(browser, app.proxy.url) as page:
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        await page.get_by_label("Message", exact=True).fill(str(order))
        before, cpu, counted = await _metrics(devtools), app.server.cpu(), replace(app.proxy.counted)
        await page.get_by_role("button", name="Send").click()
        await sent(order, app.server.folder)
        await asyncio.sleep(QUIET)
        cpu, counted = app.server.cpu() - cpu, app.proxy.counted.since(counted)
        after = await _metrics(devtools)
        await _wait_whole(page, app, order)
    took = {name: after[name] - before[name] for name in after}
    return Cost(
        answer=len("".join(answer(order.tokens)).encode()),
        counted=counted,
        cpu=cpu,
        main=took["TaskDuration"],
        script=took["ScriptDuration"],
        layout=took["LayoutDuration"] + took["RecalcStyleDuration"],
    )


async def _send(page: Page, order: Order) -> None:
    await page.get_by_label("Message", exact=True).fill(str(order))
    await page.get_by_role("button", name="Send").click()


async def _wait_whole(page: Page, app: App, order: Order) -> None:
    """Raises RuntimeError if the page does not come to show the whole answer."""
    painted = Painted(answer(order.tokens), formatted=app.formatted)
    tail = ""
    for _ in range(50):
        tail = await page.evaluate("benchTail()")
        if painted.is_whole(tail) and await page.locator(app.done).count():
            return
        await asyncio.sleep(0.2)
    raise RuntimeError(f"{app.name}: the answer to “{order}” is not whole; it ends with “{tail[-60:]}”.")


async def _metrics(devtools: Any) -> dict[str, float]:
    found = await devtools.send("Performance.getMetrics")
    return {metric["name"]: metric["value"] for metric in found["metrics"]}
