"""The API on a socket."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from ..errors import Misconfigured

PATIENCE = 3
"""Seconds that open requests may take when the service is stopped."""


class Front:
    """An ASGI app, served on an address until it is stopped."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._listener = _listener(host, port)
        config = uvicorn.Config(
            app, log_level="warning", log_config=None, access_log=False, lifespan="off",
            server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE, limit_concurrency=1000,
        )  # fmt: skip
        self.server = uvicorn.Server(config)

    @property
    def url(self) -> str:
        """Where it is."""
        host, port = self._listener.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self) -> None:
        """Serve, until SIGINT or SIGTERM."""
        self.server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Have `run` return soon."""
        self.server.should_exit = True


def _listener(host: str, port: int) -> socket.socket:
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise Misconfigured(
            f"{host} port {port}: {error.strerror}; choose another with --port"
        ) from None
    return listener
