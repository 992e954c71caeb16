"""Serve a sandbox over HTTP on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .http import Request, Response
from .platform import Platform


def application(platform: Platform) -> Any:
    """The sandbox as an ASGI application."""
    lock = threading.Lock()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        with lock:
            request = Request(scope["method"], target, headers, body)
            response = platform.handle(request)
        await _give(response, scope, send)

    return app


async def _give(response: Response, scope: Any, send: Any) -> None:
    if response.delay:
        await asyncio.sleep(response.delay)
    if response.reset:
        _hang_up(scope)
        return
    headers = {"content-length": str(len(response.body)), **response.headers}
    wire = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": wire})
    if response.cut:
        half = response.body[: max(1, len(response.body) // 2)]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _hang_up(scope)
        return
    if response.drip:
        pause = response.drip / max(1, len(response.body))
        for i in range(len(response.body)):
            piece = response.body[i : i + 1]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(pause)
    rest = b"" if response.drip else response.body
    await send({"type": "http.response.body", "body": rest})


def _hang_up(scope: Any) -> None:
    """Close the connection under the server's feet; uvicorn hands us the transport."""
    transport = scope.get("extensions", {}).get("channel_hub.transport")
    if transport is not None:
        transport.abort()


class _Protocol(H11Protocol):
    """uvicorn's own protocol, letting the application break the line on purpose."""

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None:
            extensions = cast("dict[str, Any]", self.scope.setdefault("extensions", {}))
            extensions["channel_hub.transport"] = self.transport


def server(platform: Platform, port: int = 0, host: str = "127.0.0.1") -> uvicorn.Server:
    """A server ready to run; port 0 takes a free one."""
    config = uvicorn.Config(
        application(platform),
        host=host,
        port=port,
        http=_Protocol,
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,  # the platform's clock is virtual
        timeout_keep_alive=60,
    )
    return uvicorn.Server(config)


@contextlib.contextmanager
def running(platform: Platform, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve on a free port in a thread; gives the base URL."""
    # Named TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind((host, 0))
    served = server(platform)
    thread = threading.Thread(target=served.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not served.started:
            if not thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            thread.join(0.01)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        served.should_exit = True
        thread.join(5)
        listener.close()
