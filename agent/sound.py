"""What comes from outside, as a log can hold it and give it back."""

from __future__ import annotations

import math
from typing import Any, cast


def sound(text: str) -> str:
    """`text` without halves of characters, which can be neither sent nor counted."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def finite(value: Any) -> Any:
    """JSON with sound text. It knows no infinity, so a log would not come back as it was: such numbers go as their
    names."""
    match value:
        case dict():
            return {sound(key): finite(one) for key, one in cast("dict[str, Any]", value).items()}
        case list():
            return [finite(one) for one in cast("list[Any]", value)]
        case str():
            return sound(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case _:
            return value
