"""One file from the hub into huggingface_hub's cache: continued, checked, and every failure told in a friendly sentence."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from models.pins import HubFile, cache_folder
from models.weights import WeightsError

HUB = "https://huggingface.co"
HOW = "please run: python app.py models download"
RETRIES = 3  # after a broken connection, as long as no byte comes
PAUSE = 1.0  # seconds before each
_CHUNK = 1 << 20
_TELL_EVERY = 0.25  # seconds

Tell = Callable[[int, int, str], None]  # bytes done, bytes in all, name of the file


def fetch(file: HubFile, progress: Progress) -> HubFile:
    """Make one file whole and right, whatever is there of it; returns it with its checksum. Raises `WeightsError`."""
    path = file.on_disk()
    if path is not None and (checked := _checked(file, path)):
        progress.add(file.size, file)
    else:
        file.pointer.unlink(missing_ok=True)  # of another size, or damaged since
        file.blob.unlink(missing_ok=True)
        file.partial.parent.mkdir(parents=True, exist_ok=True)
        if file.started > file.size:
            file.partial.unlink()
        progress.add(file.started, file)
        _stream(file, progress)
        checked = _checked(file, file.partial)
        if checked is None:
            file.partial.unlink()
            raise WeightsError(
                f"The weights file {file.repo}/{file.path} arrived damaged (its checksum is another) and was removed, {HOW}"
            )
        file.partial.replace(file.blob)
    _point(file)
    return checked


def _stream(file: HubFile, progress: Progress) -> None:
    """Append to the partial file until it is whole: huggingface_hub 2 begins an interrupted file from its first byte."""
    import httpx2
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status, http_stream_backoff  # type: ignore[attr-defined]

    url = hf_hub_url(file.repo, file.path, revision=file.commit, endpoint=endpoint())
    failures = 0
    file.partial.touch()
    while (have := file.started) < file.size:
        require_network(file.repo)
        headers = {**build_hf_headers(library_name="cc_controlnet"), "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with http_stream_backoff(
                "GET", url, headers=headers, timeout=timeout(), retry_on_exceptions=(), retry_on_status_codes=(408, 429)
            ) as response:
                hf_raise_for_status(response)
                is_rest = response.status_code == 206
                progress.add(0 if is_rest else -have, file)
                with file.partial.open("ab" if is_rest else "wb") as out:
                    for chunk in response.iter_bytes():
                        out.write(chunk)
                        progress.add(len(chunk), file)
            if file.started == have:
                raise httpx2.RemoteProtocolError("no byte came")
        except httpx2.TransportError:
            failures = failures + 1 if file.started <= have else 0
            if failures > RETRIES:
                raise
            time.sleep(PAUSE)


def _checked(file: HubFile, path: Path) -> HubFile | None:
    """With its SHA-256 if the content is what the hub says, else None."""
    stamp = path.stat()
    digest, git = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % stamp.st_size, usedforsecurity=False)
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            if len(file.oid) != digest.digest_size * 2:
                git.update(chunk)
    found = digest.hexdigest() if len(file.oid) == digest.digest_size * 2 else git.hexdigest()
    return replace(file, sha256=digest.hexdigest(), changed=stamp.st_mtime_ns) if found == file.oid else None


def _point(file: HubFile) -> None:
    """As huggingface_hub does: a relative link from the commit to the content, or where there are no links the file itself."""
    if file.pointed() is not None:
        return
    file.pointer.parent.mkdir(parents=True, exist_ok=True)
    file.pointer.unlink(missing_ok=True)
    try:
        file.pointer.symlink_to(os.path.relpath(file.blob, file.pointer.parent))
    except OSError:
        shutil.move(file.blob, file.pointer)


class Progress:
    """Counts bytes and tells of them a few times a second."""

    def __init__(self, total: int, tell: Tell | None) -> None:
        self._total, self._tell, self._done, self._told = total, tell, 0, 0.0

    def add(self, count: int, file: HubFile) -> None:
        self._done += count
        now = time.monotonic()
        if self._tell and (now - self._told >= _TELL_EVERY or self._done >= self._total):
            self._told = now
            self._tell(self._done, self._total, f"{file.repo}/{file.path}")


@contextmanager
def lock(file: HubFile) -> Iterator[None]:
    """The lock that huggingface_hub takes for the same file, so that two programs do not fetch it at once."""
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

    path = cache_folder() / ".locks" / file.store.name / f"{file.oid}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(path):
        yield


@contextmanager
def explained(title: str) -> Iterator[None]:
    """Every error of the network and the disk as one sentence that says what to do."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise WeightsError(_offline(title)) from error
    except errors.GatedRepoError as error:
        raise WeightsError(
            f"{title} asks for your consent to its terms, please accept them on {endpoint()}/{_repo(title)}, "
            "then run: hf auth login, and download again."
        ) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError, errors.EntryNotFoundError) as error:
        raise WeightsError(
            f"{title} is not on {endpoint()} (moved, removed or private), please name another in the profile, "
            "or run: hf auth login, if it is yours."
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise WeightsError(
                f"{endpoint()} refuses {title} (HTTP {status}), please run: hf auth login, with a token that may read it."
            ) from error
        raise WeightsError(f"{endpoint()} cannot serve {title} now (HTTP {status}), please download again later.") from error
    except httpx2.HTTPError as error:
        raise WeightsError(
            f"{title} cannot be downloaded because {endpoint()} is not reachable ({type(error).__name__}), please check the "
            "network and download again: it goes on where it stopped."
        ) from error
    except OSError as error:
        raise WeightsError(
            f"{cache_folder()} cannot be written ({error.strerror}), please make room there or set HF_HOME to another folder."
        ) from error


def require_network(title: str) -> None:
    """Raises `WeightsError` if the user forbids it."""
    if is_offline():
        raise WeightsError(_offline(title))


def _offline(title: str) -> str:
    return (
        f"{title} is not on this disk and HF_HUB_OFFLINE forbids the network, please unset it and run: "
        "python app.py models download"
    )


def _repo(title: str) -> str:
    return "/".join(title.split("/")[:2])


def timeout() -> float:
    """Seconds without a byte."""
    from huggingface_hub import constants

    return float(constants.HF_HUB_DOWNLOAD_TIMEOUT)


def is_offline() -> bool:
    """The user forbids the network (HF_HUB_OFFLINE=1), as the environment says now."""
    value = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in ("1", "ON", "YES", "TRUE")


def endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
