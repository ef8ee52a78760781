"""Attacks on the served app's memory: flat pictures, small as files and large in memory, from many at once and many in one
request. How much both processes hold meanwhile, and what is left of it afterwards.

python -m benchmarks.reliability.memory [--visitors 12] [--pause 30]
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from benchmarks.reliability.browsing import Browsing
from benchmarks.reliability.served import Asker, Served, pictures

SIZE = 8000, 5000  # 40 megapixels, the most that is taken
OTHERS = 20
MASKED = ("character", "mask")
ALL = (*MASKED, "draft", *["garment"] * 4)
SAMPLE_SECONDS = 0.2
PATIENCE = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability.memory", description=__doc__)
    parser.add_argument("--visitors", type=int, default=12)
    parser.add_argument("--pause", type=float, default=30, help="seconds after an attack")
    arguments = parser.parse_args()
    count, large = arguments.visitors, flat(*SIZE)
    attacks: dict[str, Callable[[str], Counter[str]]] = {
        f"{count} visitors of the page, a picture each, who leave": lambda url: dropping(url, large, count, "leave"),
        f"{count} visitors of the page, a picture each, who delete": lambda url: dropping(url, large, count, "delete"),
        f"one request that names the same of its files {OTHERS} times": lambda url: others(url, [large]),
        f"one request that names {OTHERS} of its files": lambda url: others(url, [flat(*SIZE, grey) for grey in range(OTHERS)]),
        f"{count} programs, a character and its mask each": lambda url: sending(url, large, count, MASKED),
        f"{count} programs, seven pictures each": lambda url: sending(url, large, count, ALL),
    }
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "jobs") as served:
        served.until("/readyz")
        usual(served.url)
        print(json.dumps({"bytes of the file": len(large), "after one usual visit (MB)": served.megabytes()}), flush=True)
        for name, attack in attacks.items():
            before, watch = served.megabytes(), Watch(served)
            answers = attack(served.url)
            most, end = watch.stop(), served.megabytes()
            time.sleep(arguments.pause)
            told = {"before": before, "at most": most, "at its end": end, f"{arguments.pause:g} s later": served.megabytes()}
            print(json.dumps({name: {"answers": answers, "page and network (MB)": told}}, ensure_ascii=False), flush=True)
        print(json.dumps({"tracebacks": served.tracebacks, "starts": served.figure("cc_engine_starts")}))


class Watch:
    """Looks at the memory until `stop`."""

    def __init__(self, served: Served) -> None:
        self._served, self._most, self._end = served, [0, 0], threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            self._most = max(self._most, self._served.megabytes(), key=sum)

    def stop(self) -> list[int]:
        """What both held when they held most together."""
        self._end.set()
        self._thread.join()
        return self._most


def flat(width: int, height: int, grey: int = 128) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 4), [grey, grey, grey, 255], np.uint8)).save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


def usual(url: str) -> None:
    """Everything that is loaded once is."""
    with Browsing(url, PATIENCE) as page:
        page.open(pictures()[0])
        for heard in (page.press("detect"), page.press("generate", prompt="red hoodie", draft_first=False)):
            assert heard.succeeded, heard.error
        page.press("delete")


def dropping(url: str, large: bytes, count: int, end: str) -> Counter[str]:
    """They come one after the other, drop their picture all at once and end alike."""
    with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
        pages = [stack.enter_context(Browsing(url, PATIENCE)) for _ in range(count)]
        answers = Counter(_said(heard.status, heard.error) for heard in pool.map(lambda page: page.open(large), pages))
        if end == "delete":
            for page in pages:
                page.press("delete")
    return answers


def others(url: str, contents: list[bytes]) -> Counter[str]:
    """'Same outfit on other pictures', of a visitor with a result."""
    with Browsing(url, PATIENCE) as page:
        page.open(pictures()[0])
        assert page.press("generate", prompt="red hoodie").succeeded
        files = [page.upload(content, "large.png") for content in contents]
        heard = page.press("others", "upload", others=(files * OTHERS)[:OTHERS])
        page.press("delete")
    return Counter([_said(heard.status, heard.error)])


def sending(url: str, large: bytes, count: int, names: tuple[str, ...]) -> Counter[str]:
    """All at once, each from its own address; what is accepted is drawn for. names: of the fields that they fill."""
    askers = [Asker(url, f"program-{number}", f"10.0.3.{number}") for number in range(count)]

    def send(asker: Asker) -> str:
        asker.client.timeout = httpx.Timeout(PATIENCE)
        files = [(name, ("large.png", large)) for name in names]
        answer = asker.client.post(f"{url}/api/v1/swap", files=files, data={"prompt": "red hoodie", "steps": "1"})
        if answer.status_code == 202:
            asker.ended(asker.remember(answer), PATIENCE)
        return _said(answer.status_code, answer.json().get("detail", ""))

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(send, askers))


def _said(status: int, sentence: str) -> str:
    return f"{status} {sentence}".strip()


if __name__ == "__main__":
    main()
