"""Numbers as people read them: 397.8 and not 397.79999999999995."""

from __future__ import annotations

import math

from ..errors import ToolError

DIGITS = 200


def figure(value: float, significant: int = 12) -> str:
    """`value` in plain digits; integers beyond 200 digits as 9.33262154439e157 (158 digits)."""
    if isinstance(value, int):
        digits = str(value)
        if len(digits) <= DIGITS:
            return digits
        count = len(digits.lstrip("-"))
        return f"{value // 10 ** (count - 12) / 1e11:.11f}e{count - 1} ({count} digits)"
    if not math.isfinite(value):
        raise ToolError("The result is too large for a number.")
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    whole = len(f"{abs(value):.0f}") if abs(value) < 1e15 else 0
    return (
        f"{value:.{min(17, max(significant, whole + 2))}g}".replace("e+", "e").replace("e-0", "e-").replace("e0", "e")
    )
