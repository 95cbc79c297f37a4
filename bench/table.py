"""Rows with their bars, as a markdown table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

HEAD = ("what", "baseline", "Thinkaloud", "compared", "bar", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured, `ours`, beside what `raw` took for it in the same run.

    `bar` is the most that may be: of ours - raw ("more"), of ours / raw ("times") or of ours alone ("at most").
    """

    what: str
    ours: float
    raw: float | None = None
    unit: str = "ms"
    digits: int = 1
    bar: float | None = None
    kind: Literal["more", "times", "at most"] = "at most"

    @property
    def compared(self) -> float:
        if self.raw is None or self.kind == "at most":
            return self.ours
        return self.ours - self.raw if self.kind == "more" else self.ours / self.raw if self.raw else float("inf")

    @property
    def met(self) -> bool | None:
        """None where there is no bar."""
        return None if self.bar is None else round(self.compared, 3) <= self.bar

    def cells(self) -> tuple[str, ...]:
        unit = f" {self.unit}" if self.unit else ""
        compared, bar = "", ""
        if self.raw is not None:
            more = f"{self.ours - self.raw:+,.{self.digits}f}{unit}"
            compared = f"× {self.ours / self.raw:.2f}" if self.kind == "times" and self.raw else more
        if self.bar is not None:
            sign = {"more": "+", "times": "× ", "at most": ""}[self.kind]
            bar = f"≤ {sign}{self.bar:g}{'' if self.kind == 'times' else unit}"
        raw = "" if self.raw is None else f"{self.raw:,.{self.digits}f}{unit}"
        met = {None: "", True: "met", False: "**not met**"}[self.met]
        return self.what, raw, f"{self.ours:,.{self.digits}f}{unit}", compared, bar, met

    def plain(self) -> dict[str, Any]:
        return {**asdict(self), "compared": self.compared, "met": self.met}


def markdown(rows: Sequence[Row]) -> str:
    """The table, its columns as wide as they need to be."""
    table = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    padded = [[f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)] for line in table]
    lines = [f"| {' | '.join(line)} |" for line in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
