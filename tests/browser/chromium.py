"""Debian's chromium, and what it is started with."""

from __future__ import annotations

from typing import Any

from tests import others

# What the address bar unfolds is a page of its own in every new window: two thirds of a second of CPU a tab, which
# nobody sees here. The others are Playwright's choice; of several lists of features only the last one counts.
WITHOUT = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
]
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-extensions",
    f"--disable-features={','.join(WITHOUT)}",
]


def started(*flags: str, **options: Any) -> dict[str, Any]:
    """What Playwright's `launch` wants: `chromium.launch(**started())`; skips or fails where there is no chromium."""
    return {"executable_path": others.found("chromium"), "args": [*FLAGS, *flags], "timeout": 20_000, **options}
