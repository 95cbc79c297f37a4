"""How each Claude is asked: what its name tells, and after that what the server refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

INTERLEAVED = "interleaved-thinking-2025-05-14"
BINDING = "thinking-binding-controls-2026-08-01"
EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING_TOKENS = {"low": 4_000, "medium": 10_000, "high": 16_000}
_NAME = re.compile(r"claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_OLD_NAME = re.compile(r"claude-(\d)(?:[-.](\d))?-([a-z]+)")
_TOO_MANY = re.compile(r"max_tokens\D+\d+\s*>\s*(\d+)")
Version = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a request asks for besides its messages.

    `lenient` lets the vendor drop thoughts that it takes for another conversation's, in place of refusing them all;
    `bare` leaves all thoughts out; `still` does not think this once. `turned`: the other kind of thinking was tried.
    """

    thinking: Literal["adaptive", "enabled", ""]
    effort: str = ""
    thinking_tokens: int = 0
    max_tokens: int = 32_000
    interleaved: bool = False
    cached: bool = True
    lenient: bool = False
    bare: bool = False
    still: bool = False
    turned: bool = False

    @property
    def lasting(self) -> Ask:
        """What of it holds for the next request, too."""
        return replace(self, bare=False, still=False)

    def fields(self) -> dict[str, Any]:
        """The arguments of the SDK's `create`."""
        fields: dict[str, Any] = {"max_tokens": self.max_tokens}
        if self.thinking and not self.still:
            thinking: dict[str, Any] = {"type": self.thinking, "display": "summarized"}
            if self.thinking == "enabled":
                thinking["budget_tokens"] = min(self.thinking_tokens, self.max_tokens // 2)
            if self.lenient:
                thinking["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}
            fields["thinking"] = thinking
        if self.effort:
            fields["output_config"] = {"effort": self.effort}
        if self.cached:
            fields["cache_control"] = {"type": "ephemeral"}
        betas = [INTERLEAVED] * self.interleaved + [BINDING] * self.lenient
        if betas and "thinking" in fields:
            fields["extra_headers"] = {"anthropic-beta": ",".join(betas)}
        return fields

    def less(self, complaint: str) -> Ask | None:
        """What to ask for after the server refused with `complaint`; None where it is about something else."""
        said = complaint.lower()
        if "different conversation" in said or "signature" in said or ("thinking" in said and "block" in said):
            return self._about_thoughts(said)
        if most := _TOO_MANY.search(said):
            fewer = int(most.group(1))
            return replace(self, max_tokens=fewer) if 0 < fewer < self.max_tokens else None
        if self.effort and ("effort" in said or "output_config" in said) and "thinking.type" not in said:
            return replace(self, effort="")
        if self.thinking and ("thinking" in said or "budget_tokens" in said):
            return self._about_thinking(said)
        if self.cached and "cache_control" in said:
            return replace(self, cached=False)
        if "beta" in said and (self.interleaved or self.lenient):
            return replace(self, interleaved=False, lenient=False, bare=self.lenient)
        return None

    def _about_thoughts(self, said: str) -> Ask | None:
        if "expected thinking" in said.replace(
            "`", ""
        ):  # where thoughts were left out, and the model wants one before a tool call
            return replace(self, still=True) if self.thinking and not self.still else None
        if self.thinking and not self.lenient and not self.bare and not self.still:
            return replace(self, lenient=True)
        return None if self.bare else replace(self, bare=True, lenient=False)

    def _about_thinking(self, said: str) -> Ask:
        if self.thinking == "adaptive" and not self.turned and ("adaptive" in said or "enabled" in said):
            tokens = THINKING_TOKENS.get(self.effort, THINKING_TOKENS["medium"])
            return replace(self, thinking="enabled", thinking_tokens=tokens, turned=True)
        if self.thinking == "enabled" and not self.turned and "adaptive" in said:
            return replace(self, thinking="adaptive", interleaved=False, turned=True)
        return replace(self, thinking="", interleaved=False, lenient=False)


def ask(name: str, effort: str) -> Ask:
    """How the model of that name is asked to think as hard as `effort` (low, medium, high, xhigh, max) says."""
    version = _version(name)
    number = version[1:] if version else None
    if number and number < (3, 7):
        return Ask(thinking="", max_tokens=8_192 if number >= (3, 5) else 4_096)
    level = _level(version, effort)
    if number and number < (4, 6):
        tokens = THINKING_TOKENS.get(effort, 24_000 if effort in EFFORTS else THINKING_TOKENS["medium"])
        return Ask(thinking="enabled", thinking_tokens=tokens, effort=level, interleaved=number >= (4, 0))
    # what is thought counts, too: the hardest thinkers would have nothing left to answer with
    return Ask(thinking="adaptive", effort=level, max_tokens=64_000 if level in ("xhigh", "max") else 32_000)


def label(name: str) -> str:
    """`Claude Sonnet 5.5` for `claude-sonnet-5-5`; a name that is built otherwise stays as it is."""
    version = _version(name)
    if version is None:
        return name
    line, major, minor = version
    return f"Claude {line.capitalize()} {major}" + (f".{minor}" if minor else "")


def _version(name: str) -> Version | None:
    if found := _NAME.search(name):
        return found[1], int(found[2]), int(found[3] or 0)
    if found := _OLD_NAME.search(name):
        return found[3], int(found[1]), int(found[2] or 0)
    return None


def _level(version: Version | None, effort: str) -> str:
    """The level nearest to `effort` from below that the model takes; empty where it takes none."""
    if effort not in EFFORTS:
        return ""
    if version is None:
        takes = EFFORTS[:3]
    elif version[1:] >= (4, 7):
        takes = EFFORTS
    elif version[1:] == (4, 6):
        takes = (*EFFORTS[:3], "max")
    else:
        takes = EFFORTS[:3] if version == ("opus", 4, 5) else ()
    lower = EFFORTS[: EFFORTS.index(effort) + 1]
    return next((level for level in reversed(lower) if level in takes), "")
