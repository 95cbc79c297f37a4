"""An answer that streams into a browser: how late each token is painted, and what the answer costs, beside raw."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from .browser import App, Browser, Cost, chromium, pay, see
from .process import serving
from .proxy import counting
from .source import Order
from .table import Row

Say = Callable[[str], None]
Costs = dict[tuple["Size", str], list[Cost]]
FLAT = 1.25  # how much more a token of the longest answer may cost than one of the middle one: noise, not growth
_runs = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    tokens: int
    rate: int

    def __str__(self) -> str:
        return f"{self.rate} tokens/s × {self.tokens:,}"

    def order(self) -> Order:
        return Order(tokens=self.tokens, rate=self.rate, run=next(_runs))


USUAL = Size(tokens=600, rate=50)
SHORT = Size(tokens=600, rate=200)
FAST = Size(tokens=2_000, rate=200)
LONG = Size(tokens=8_000, rate=200)


@asynccontextmanager
async def apps(folder: Path) -> AsyncIterator[tuple[Browser, App, App]]:
    """The browser, the raw page and Thinkaloud, all running."""
    async with AsyncExitStack() as stack:
        raw = stack.enter_context(serving("-m", "bench.raw", "PORT", str(folder / "raw"), folder=folder / "raw"))
        ours = stack.enter_context(serving("-m", "bench.server", "PORT", str(folder / "ours"), folder=folder / "ours"))
        proxies = [await stack.enter_async_context(counting(server.port)) for server in (raw, ours)]
        done = '[data-turn][data-state="done"]'
        browser = await stack.enter_async_context(chromium())
        both = (
            App(name="raw", server=raw, proxy=proxies[0], formatted=False, done="body"),
            App(name="Thinkaloud", server=ours, proxy=proxies[1], formatted=True, done=done),
        )
        yield browser, *both


async def paint(folder: Path, sizes: Sequence[Size], rounds: int, say: Say) -> list[Row]:
    """Provider chunk → painted in the browser."""
    late: dict[tuple[Size, str], list[list[float]]] = {}
    async with apps(folder) as (browser, *both):
        say(f"paint: first answer, {SHORT}")
        cold = [[await see(browser, app, SHORT.order())] for app in both]
        for turn, size, app in itertools.product(range(rounds), sizes, both):
            say(f"paint {turn + 1}/{rounds}: {size}, {app.name}")
            late.setdefault((size, app.name), []).append(await see(browser, app, size.order()))
    rows = [_pair(f"slowest token of the first answer after the start, {SHORT}", *cold, max)]
    for size in sizes:
        raw, ours = late[size, "raw"], late[size, "Thinkaloud"]
        bar = 12 if size.rate <= 50 else 30
        rows.append(_pair(f"chunk → painted, p50, {size}", raw, ours, median, bar=bar))
        rows.append(_pair(f"chunk → painted, p95, {size}", raw, ours, lambda times: quantiles(times, n=20)[-1]))
        rows.append(_pair(f"chunk → painted, slowest, {size}", raw, ours, max))
        last = _pair(f"last token → painted, {size}", raw, ours, lambda times: times[-1])
        rows.append(Row(what=last.what, raw=last.raw, ours=last.ours, bar=60))
    return rows


Times = list[list[float]]


def _pair(what: str, raw: Times, ours: Times, of: Callable[[list[float]], float], bar: float | None = None) -> Row:
    return Row(what=what, raw=median(map(of, raw)), ours=median(map(of, ours)), bar=bar, kind="more")


async def cost(folder: Path, sizes: Sequence[Size], rounds: int, say: Say) -> Costs:
    """All that answers cost, after one that warms both servers up; the longest answer is streamed once."""
    costs: Costs = {}
    async with apps(folder) as (browser, *both):
        for app in both:
            say(f"cost: first answer, {SHORT}, {app.name}")
            await pay(browser, app, SHORT.order())
        for turn, size, app in itertools.product(range(rounds), sizes, both):
            if turn and size.tokens > FAST.tokens:
                continue
            say(f"cost {turn + 1}/{rounds}: {size}, {app.name}")
            costs.setdefault((size, app.name), []).append(await pay(browser, app, size.order()))
    return costs


def size_rows(costs: Costs) -> list[Row]:
    """Bytes from the server over the page's websocket, from Send to the end of the turn, NiceGUI's own among them."""
    sizes = list(dict.fromkeys(size for size, _ in costs))
    payload = [
        _row("payload per byte of answer", costs, size, lambda c, _: c.counted.payload / c.answer, digits=2, bar=5)
        for size in sizes
    ]
    wire = [
        _row("on the wire per byte of answer", costs, size, lambda c, _: c.counted.wire / c.answer, digits=2, bar=1.5)
        for size in sizes
    ]
    files = [
        _row("files fetched meanwhile", costs, size, lambda c, _: c.counted.files / 1000, unit="KB")
        for size in sizes
        if size == FAST
    ]
    return [*payload, *_flat("payload", payload, sizes), *wire, *_flat("wire", wire, sizes), *files]


def work_rows(costs: Costs) -> list[Row]:
    """The server's CPU and the browser's main thread."""
    sizes = list(dict.fromkeys(size for size, _ in costs))
    server = [
        _row(
            "server CPU per 1,000 tokens",
            costs,
            size,
            lambda c, size: c.cpu / size.tokens * 1000,
            unit="s",
            digits=2,
            bar=0.5 if size.rate <= USUAL.rate else 0.3,
            kind="more",
        )
        for size in sizes
    ]
    parts: dict[str, Callable[[Cost], float]] = {
        "browser main thread": lambda c: c.main,
        "… of it script": lambda c: c.script,
        "… of it style and layout": lambda c: c.layout,
    }
    browser = {
        part: [
            _row(
                f"{part} per 1,000 tokens",
                costs,
                size,
                lambda c, size, of=of: of(c) / size.tokens * 1000,
                unit="s",
                digits=2,
                bar=2 if of is parts["browser main thread"] and size == FAST else None,
                kind="times",
            )
            for size in sizes
        ]
        for part, of in parts.items()
    }
    main, *rest = browser.values()
    flat = _flat("browser main thread", main, sizes)
    return [*server, *_flat("server CPU", server, sizes), *main, *flat, *itertools.chain(*rest)]


def _row(what: str, costs: Costs, size: Size, of: Callable[[Cost, Size], float], **rest: Any) -> Row:
    raw, ours = (median(of(cost, size) for cost in costs[size, name]) for name in ("raw", "Thinkaloud"))
    return Row(what=f"{what}, {size}", raw=raw, ours=ours, **{"unit": "", **rest})


def _flat(what: str, rows: Sequence[Row], sizes: Sequence[Size]) -> list[Row]:
    """The longest answer beside the middle one, at the same speed; nothing where both were not measured."""
    ours = {size: row.ours for size, row in zip(sizes, rows, strict=True)}
    if FAST not in ours or LONG not in ours:
        return []
    what = f"flat: {what}, 8,000 tokens beside 2,000"
    return [Row(what=what, raw=ours[FAST], ours=ours[LONG], unit=rows[0].unit, digits=2, bar=FLAT, kind="times")]
