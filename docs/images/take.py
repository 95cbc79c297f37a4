"""Makes live.webp from the running app: `uv run --with pillow python docs/images/take.py`."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SIZE = {"width": 1060, "height": 700}
QUESTION = "What is 17% of 2,340, and what is that in euros if one is 1.08 dollars?"
OTHERS = ("How many days until New Year?", "Convert 12 stonne to kilograms")


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "main.py", "--no-browser", "--port", str(port), "--data", folder, "--pace", "0.8"]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            server.stdout.readline()  # it says where it is once it serves
            frames = record(f"http://127.0.0.1:{port}/")
        finally:
            server.terminate()
            server.wait(10)
    images = [Image.open(io.BytesIO(data)).convert("RGB") for data, _ in frames]
    lengths = [ms for _, ms in frames]
    images[0].save(
        HERE / "live.webp", save_all=True, append_images=images[1:], duration=lengths, loop=0, quality=60, method=4
    )


def record(url: str) -> list[tuple[bytes, int]]:
    """Screenshots and how long each is shown, in ms."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport=SIZE, color_scheme="dark")
        for other in OTHERS:
            ask(page, url, other)
            page.locator('[data-state="done"]').wait_for()
        page.goto(url)
        page.get_by_role("textbox", name="Message").fill(QUESTION)
        page.wait_for_timeout(300)
        frames = [(page.screenshot(), 900)]
        page.keyboard.press("Enter")
        last = time.monotonic()
        while not page.locator('[data-state="done"]').count():
            data = page.screenshot()
            now = time.monotonic()
            frames.append((data, max(30, round((now - last) * 1000))))
            last = now
        page.wait_for_timeout(700)
        frames.append((page.screenshot(), 4000))
        browser.close()
    return frames


def ask(page: Page, url: str, question: str) -> None:
    page.goto(url)
    page.get_by_role("textbox", name="Message").fill(question)
    page.keyboard.press("Enter")


if __name__ == "__main__":
    main()
