"""A web server in a thread of its own, so that the main one can wait for signals."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from serving.web.shield import PEER, App, Receive, Scope, Send, address

START_SECONDS = 30.0
GRACE_SECONDS = 5  # for answers that are on their way


def _with_peer(app: Any) -> App:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, PEER: address(scope)} if scope["type"] != "lifespan" else scope, receive, send)

    return told


class WebServer:
    def __init__(self, app: Any, host: str, port: int, trusted_proxies: str = "127.0.0.1") -> None:
        """Listens at once, and answers after `start`. port: 0 for any. Raises `OSError` where the address is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.port}/"
        config = uvicorn.Config(
            _with_peer(ProxyHeadersMiddleware(app, trusted_proxies)),
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # the same, but what a proxy says does not hide who it is
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Raises `RuntimeError` where it does not come up."""
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 5)
        self._socket.close()
