"""What whoever runs the server may set, by a flag of `serve` or a variable of the environment; docs/operating.md is its table."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any


def _row(
    default: Any, help: str, least: float | None = None, most: float | None = None, words: tuple[str, ...] | None = None
) -> Any:
    return field(default=default, metadata={"help": help, "least": least, "most": most, "words": words})


@dataclass(frozen=True)
class Settings:
    """Numbers lie within `least` and `most` of their rows. Lists are words with commas between them."""

    jobs: str = _row("", "folder where accepted jobs and their results outlive a restart; without one they end with the server")
    queue: int = _row(32, "jobs that may wait at once, of all visitors", 1, 10_000)
    share: int = _row(8, "jobs that one visitor may have waiting", 1, 10_000)
    job_seconds: int = _row(900, "seconds that one job may take", 1, 86_400)
    keep_hours: float = _row(24.0, "hours that a result is kept for programs to fetch", 0.01, 8760)
    keep_megabytes: int = _row(2000, "megabytes that jobs and results may take on the disk", 1, 1_000_000)
    upload_megabytes: int = _row(64, "megabytes that one request may send", 1, 1000)
    decoded_megabytes: int = _row(
        1000, "megabytes that the pictures of all requests and on the page may take in memory", 1, 100_000
    )
    rate: int = _row(1200, "requests a minute that one address may send besides looking at files, 0 = any number", 0, 1_000_000)
    allowed_hosts: str = _row("", "names by which the server may be called; by default any, on 127.0.0.1 only this machine's")
    trusted_proxies: str = _row("127.0.0.1", "addresses of reverse proxies whose X-Forwarded-For is believed")
    user_header: str = _row("", "header in which they name who has logged in, such as X-Forwarded-User; nobody else gets in")
    log: str = _row("warning", "info = also a line of JSON for every request, without prompts", words=("warning", "info"))
    framed_by: str = _row("", "sites that may show the page in a frame, such as https://huggingface.co")


ROWS = fields(Settings)


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    return "CC_" + name.upper()


def kind_of(row: Any) -> Callable[[str], Any]:
    return type(row.default)


def given(name: str, default: Any) -> Any:
    """What the environment says, as text, else the default."""
    return os.environ.get(variable(name), default)
