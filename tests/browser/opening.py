"""After how long a visitor can use the page of a server that has only just been started, in a real browser.

python -m tests.browser.opening [--times 3]        (needs Debian's chromium, and tests/requirements.txt)
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.reliability.served import Served

PATIENCE = 120_000  # milliseconds
USABLE = "#drop input[type=file]"  # takes a picture


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.opening", description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        rows = [_opened(browser) for _ in range(arguments.times)]
        browser.close()
    answers, visits, ready = (round(statistics.median(column), 1) for column in zip(*rows, strict=True))
    print(
        json.dumps(
            {"answers after (s), median": answers, "page usable after opening it (s)": visits, "networks ready (s)": ready}
        )
    )


def _opened(browser: Browser) -> tuple[float, float, float]:
    """Seconds from the start until the server answers, from there until the page can be used, and from the start until it can
    draw."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        with Served(Path(folder) / "jobs") as served:
            served.until("/healthz")
            answers = time.monotonic()
            context = browser.new_context()
            page = context.new_page()
            page.goto(served.url, wait_until="commit", timeout=PATIENCE)
            page.wait_for_selector(USABLE, state="attached", timeout=PATIENCE)
            usable = time.monotonic()
            context.close()
            served.until("/readyz")
            return answers - begun, usable - answers, time.monotonic() - begun


if __name__ == "__main__":
    main()
