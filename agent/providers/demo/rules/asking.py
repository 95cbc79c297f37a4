"""The ways in which people begin a question for a result."""

from __future__ import annotations

import re

ASKING = re.compile(
    r"(?:what(?:['’]s|s)|(?:and )?(?:what|how much|how many)(?: (?:is|are|was|would|will|does|do|makes?))?(?: "
    r"(?:be|make|equal))?"
    r"|calculate|compute|work out|evaluate|find(?: out)?|solve|determine|get|(?:the )?(?:value|result|answer) of"
    r"|tell me"
    r"|show me|give me)\s+",
    re.I,
)


def asked(plain: str) -> str:
    """The clause without “what is”, “calculate”, “how much is” … before it."""
    text = plain.strip()
    while found := ASKING.match(text):
        if found.end() >= len(text):
            break
        text = text[found.end() :]
    return re.sub(r"(?:\s*=\s*\??|[\s?]+|(?<![\d)])[.!])+$", "", text)
