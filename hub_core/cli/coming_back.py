"""A browser's way back to a terminal: a small server on loopback, for one callback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

from ..errors import Misconfigured

if TYPE_CHECKING:
    from ..authorising import Outcome

HOST = "127.0.0.1"
Answering = Callable[[str, str], "Outcome"]
"""From the path asked for and its query to what came of it."""


class Waiting:
    """Waits for the callback that ends a login."""

    def __init__(self, ended: Queue[Outcome], port: int) -> None:
        self._ended, self.port = ended, port

    def outcome(self, seconds: float) -> Outcome | None:
        """What came of it; None where nobody came back in time."""
        try:
            return self._ended.get(timeout=seconds)
        except Empty:
            return None


@contextmanager
def listening(port: int, answer: Answering) -> Iterator[Waiting]:
    """Answer on this port of loopback (0: any free one). Raises Misconfigured where it
    is taken."""
    ended: Queue[Outcome] = Queue()
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(answer, ended))
    except OSError as error:
        raise Misconfigured(
            f"{HOST} port {port}: {error.strerror}; choose another with --port, or --paste"
        ) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Waiting(ended, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _handler(answer: Answering, ended: Queue[Outcome]) -> type[BaseHTTPRequestHandler]:
    from ..authorising import End, pages

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "hub", ""
        timeout = 10

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            outcome = answer(path, query)
            body = pages.of(outcome).encode()
            self.send_response(pages.STATUS[outcome.end])
            headers = {**pages.HEADERS, "Content-Security-Policy": pages.policy()}
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if outcome.end not in (End.STALE, End.ODD, End.NOWHERE):
                ended.put(outcome)

        def log_message(self, format: str, *args: Any) -> None:
            """Codes stand in what is asked for: it is written nowhere."""

    return Handler
