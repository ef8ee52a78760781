"""A Hugging Face hub of this machine: what huggingface_hub asks of the real one, served from folders.

    with FakeHub(root) as hub:              # root/owner/name/... are the repositories
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        hub.cut("owner/name", "unet/model.safetensors", at=1000)   # the connection breaks there, until `hub.mend()`

Answers model info (with `blobs=true`: sizes and checksums), trees, and HEAD and GET of files at a branch or commit with
`Range`. Large files and weights are git-lfs, known by their SHA-256; small ones by their git blob id. A commit stays what
it was: `move` makes a new one, which only the branch then points to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx")
_CHUNK = 1 << 16
_INFO = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)(/revision/(?P<revision>[^/]+))?")
_TREE = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/tree/(?P<revision>[^/]+)(/(?P<path>.+))?")
_FILE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass(frozen=True)
class Blob:
    """Content of a file. git: blob id; sha256: of a git-lfs file, else ""; for those `git` is their pointer's."""

    content: bytes | Path
    size: int
    git: str
    sha256: str

    @property
    def etag(self) -> str:
        return self.sha256 or self.git

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        if isinstance(self.content, bytes):
            yield self.content[start:stop]
            return
        with self.content.open("rb") as file:
            file.seek(start)
            while start < stop and (chunk := file.read(min(_CHUNK, stop - start))):
                start += len(chunk)
                yield chunk


@dataclass(frozen=True)
class Asked:
    """A request that came. start: first byte of a range, 0 without one."""

    method: str
    path: str
    start: int = 0


class FakeHub:
    """root: folder of owners; lfs_from: bytes from which a file is git-lfs; licences: by repository, "apache-2.0" else.

    requests: all that came, oldest first; served: bytes of files sent, by "owner/name/path"; pause: seconds before each 64 kB.
    """

    def __init__(self, root: Path, lfs_from: int = 4096, licences: Mapping[str, str] | None = None) -> None:
        self.root, self.lfs_from, self.licences = root, lfs_from, dict(licences or {})
        self.requests: list[Asked] = []
        self.served: dict[str, int] = {}
        self.pause = 0.0
        self._commits: dict[tuple[str, str], dict[str, Blob]] = {}
        self._branches: dict[tuple[str, str], str] = {}
        self._cuts: dict[str, int] = {}
        self._corrupt: set[str] = set()
        self._refused: dict[str, tuple[int, str]] = {}
        self._lock = threading.RLock()
        self._connections: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The endpoint, without a slash at its end."""
        assert self._server, "not started"
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeHub:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """No longer reachable, also for connections that are open."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
            for connection in list(self._connections):
                _hang_up(connection)

    def commit(self, repo: str, branch: str = "main") -> str:
        """40 hexadecimal digits. Raises KeyError if there is no such repository or branch."""
        with self._lock:
            if branch == "main" and (repo, branch) not in self._branches:
                top = self.root / repo
                paths = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else []
                if not paths:
                    raise KeyError(repo)
                self._new_commit(repo, branch, {path.relative_to(top).as_posix(): self._blob(path.name, path) for path in paths})
            return self._branches[repo, branch]

    def move(self, repo: str, changes: Mapping[str, bytes | None], branch: str = "main") -> str:
        """A new commit on a branch, an old or a new one: files by path, None to delete. Folders on disk stay as they are."""
        with self._lock:
            first = self.commit(repo)
            tree = dict(self._commits[repo, self._branches.get((repo, branch), first)])
            for path, content in changes.items():
                tree.pop(path, None)
                if content is not None:
                    tree[path] = self._blob(path, content)
            return self._new_commit(repo, branch, tree)

    def tree(self, repo: str, revision: str) -> tuple[str, dict[str, Blob]]:
        """Commit and files by path. Raises KeyError."""
        with self._lock:
            first = self.commit(repo)
            commit = revision if (repo, revision) in self._commits else first if revision == "main" else ""
            commit = self._branches.get((repo, revision), commit)
            return commit, self._commits[repo, commit]

    def cut(self, repo: str, path: str, at: int) -> None:
        """No byte of the file from this offset on leaves the server: the connection breaks there."""
        self._cuts[f"{repo}/{path}"] = at

    def corrupt(self, repo: str, path: str) -> None:
        """The file arrives with a wrong byte in its middle, under the right checksum."""
        self._corrupt.add(f"{repo}/{path}")

    def refuse(self, repo: str, status: int, code: str = "") -> None:
        """Answer every request about a repository so; code: of the hub, "GatedRepo", "RepoNotFound"."""
        self._refused[repo] = status, code

    def mend(self) -> None:
        """No faults any more."""
        self._cuts.clear()
        self._corrupt.clear()
        self._refused.clear()

    def forget(self) -> None:
        """Count anew."""
        self.requests.clear()
        self.served.clear()

    def _new_commit(self, repo: str, branch: str, tree: dict[str, Blob]) -> str:
        listing = "\n".join(f"{path} {tree[path].etag}" for path in sorted(tree))
        commit = hashlib.sha1(f"{repo}\n{listing}".encode()).hexdigest()
        self._commits[repo, commit] = tree
        self._branches[repo, branch] = commit
        return commit

    def _blob(self, name: str, content: bytes | Path) -> Blob:
        data = content if isinstance(content, bytes) else content.read_bytes()
        if not name.endswith(_WEIGHTS) and len(data) < self.lfs_from:
            return Blob(content, len(data), _git(data), "")
        digest = hashlib.sha256(data).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"
        return Blob(content, len(data), _git(pointer.encode()), digest)


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.hub._connections.add(self.connection)

    def finish(self) -> None:
        self.hub._connections.discard(self.connection)
        with contextlib.suppress(OSError):  # hung up on
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        found = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        self.hub.requests.append(Asked(self.command, unquote(url.path), int(found[1]) if found else 0))
        for pattern, answer in ((_TREE, self._list), (_INFO, self._describe), (_FILE, self._send)):
            if match := pattern.fullmatch(url.path):
                parts = {key: unquote(value) for key, value in match.groupdict().items() if value}
                repo, revision = parts["repo"], parts.get("revision", "main")
                if repo in self.hub._refused:
                    return self._fail(*self.hub._refused[repo])
                try:
                    commit, tree = self.hub.tree(repo, revision)
                except KeyError as error:
                    # the hub tells nobody who is not logged in whether a repository exists
                    unknown = error.args == (repo,)
                    return self._fail(401, "RepoNotFound") if unknown else self._fail(404, "RevisionNotFound")
                return answer(repo, commit, tree, parts.get("path", ""), parse_qs(url.query))
        return self._fail(404, "")

    def _describe(self, repo: str, commit: str, tree: dict[str, Blob], path: str, query: dict[str, list[str]]) -> None:
        siblings: list[dict[str, Any]] = [{"rfilename": name} for name in sorted(tree)]
        if query.get("blobs", [""])[0].lower() in ("true", "1"):
            for row in siblings:
                blob = tree[row["rfilename"]]
                row |= {"size": blob.size, "blobId": blob.git}
                if blob.sha256:
                    row["lfs"] = {"size": blob.size, "sha256": blob.sha256, "pointerSize": 134}
        licence = self.hub.licences.get(repo, "apache-2.0")
        self._json(
            {
                "_id": commit[:24],
                "id": repo,
                "modelId": repo,
                "author": repo.split("/")[0],
                "sha": commit,
                "private": False,
                "gated": False,
                "disabled": False,
                "tags": [f"license:{licence}"],
                "downloads": 0,
                "likes": 0,
                "cardData": {"license": licence},
                "siblings": siblings,
            }
        )

    def _list(self, repo: str, commit: str, tree: dict[str, Blob], path: str, query: dict[str, list[str]]) -> None:
        prefix = f"{path}/" if path else ""
        is_recursive = query.get("recursive", [""])[0].lower() in ("true", "1")
        rows: dict[str, dict[str, Any]] = {}
        for name, blob in sorted(tree.items()):
            if not name.startswith(prefix):
                continue
            folders = name.removeprefix(prefix).split("/")[:-1]
            for depth in range(1, (len(folders) if is_recursive else min(len(folders), 1)) + 1):
                folder = prefix + "/".join(folders[:depth])
                rows[folder] = {"type": "directory", "oid": _git(folder.encode()), "size": 0, "path": folder}
            if is_recursive or not folders:
                rows[name] = {"type": "file", "oid": blob.git, "size": blob.size, "path": name}
                if blob.sha256:
                    rows[name]["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": 134}
        self._json(list(rows.values()))

    def _send(self, repo: str, commit: str, tree: dict[str, Blob], path: str, query: dict[str, list[str]]) -> None:
        if path not in tree:
            return self._fail(404, "EntryNotFound", {"X-Repo-Commit": commit})
        blob, name = tree[path], f"{repo}/{path}"
        start, stop = 0, blob.size
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, stop = int(found[1]), int(found[2]) + 1 if found[2] else blob.size
            if start >= blob.size:
                return self._fail(416, "")
        self.send_response(206 if found else 200)
        if found:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{blob.size}")
        for key, value in {"ETag": f'"{blob.etag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}.items():
            self.send_header(key, value)
        if blob.sha256:
            self.send_header("X-Linked-Size", str(blob.size))
            self.send_header("X-Linked-Etag", f'"{blob.sha256}"')
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        if self.command == "GET":
            self._send_bytes(blob, name, start, stop)
        return None

    def _send_bytes(self, blob: Blob, name: str, start: int, stop: int) -> None:
        end = min(stop, max(start, self.hub._cuts.get(name, stop)))
        wrong = blob.size // 2 if name in self.hub._corrupt else -1
        for chunk in blob.read(start, end):
            time.sleep(self.hub.pause)
            if start <= wrong < start + len(chunk):
                at = wrong - start
                chunk = chunk[:at] + bytes([chunk[at] ^ 0xFF]) + chunk[at + 1 :]
            try:
                self.wfile.write(chunk)
            except ConnectionError:  # who asked has gone
                self.close_connection = True
                return
            start += len(chunk)
            with self.hub._lock:
                self.hub.served[name] = self.hub.served.get(name, 0) + len(chunk)
        if end < stop:
            self.wfile.flush()
            self.close_connection = True
            _hang_up(self.connection)

    def _json(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _fail(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"X-Error-Code": code, **(headers or {})}.items():
            if value:
                self.send_header(key, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
