"""A platform whose refresh tokens serve once: who brings an old one kills the whole family.

Over HTTP on loopback, in the process of the test. With `again` seconds of grace the same
refresh token brings the same pair once more, as some platforms do.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Family:
    """One shop's tokens."""

    number: int = 0
    """How often they were renewed."""
    ends: float = 0.0
    renewed_at: float = 0.0
    by: str = ""
    """The process that was answered last."""
    is_dead: bool = False
    after_death: int = 0
    """Refreshes that were asked for once it was dead."""
    early: int = 0
    """Renewals long before the end."""
    repeated: int = 0
    """Old refresh tokens that were brought."""


@dataclass
class Platform:
    """All shops. Times in epoch seconds."""

    life: float
    again: float = 0.0
    slow: float = 0.0
    """Seconds until a refresh is answered: what a kill may fall into."""
    shops: dict[str, Family] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    uses: int = 0

    def begin(self, shop: str) -> dict[str, Any]:
        """A first pair, as a person's consent brings it; its life is a part of a whole one,
        so that shops do not all end at once."""
        part = 0.3 + 0.7 * (hash(shop) % 97) / 97
        self.shops[shop] = Family(ends=time.time() + self.life * part)
        return self._pair(shop)

    def refresh(self, shop: str, token: str, by: str) -> dict[str, Any] | None:
        """A new pair for the newest refresh token; None: refused."""
        with self.lock:
            family, now = self.shops[shop], time.time()
            if family.is_dead:
                family.after_death += 1
                return None
            if token == f"{shop}/r{family.number}":
                family.early += family.ends - now > 0.3 * self.life
                family.number, family.renewed_at = family.number + 1, now
                family.ends, family.by = now + self.life, by
                return self._pair(shop)
            family.repeated += 1
            is_last = token == f"{shop}/r{family.number - 1}"
            if is_last and now - family.renewed_at < self.again:
                family.by = by
                return self._pair(shop)
            family.is_dead = True
            return None

    def use(self, token: str) -> bool:
        """Whether a call with this access token is let in."""
        shop, _, _ = token.rpartition("/")
        with self.lock:
            family = self.shops[shop]
            self.uses += 1
            newest = token == f"{shop}/a{family.number}"
            return newest and not family.is_dead and time.time() < family.ends

    def _pair(self, shop: str) -> dict[str, Any]:
        family = self.shops[shop]
        n, left = family.number, max(family.ends - time.time(), 0.001)
        return {"access": f"{shop}/a{n}", "refresh": f"{shop}/r{n}", "left": left}


@contextmanager
def listening(platform: Platform) -> Iterator[int]:
    """Its port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/use":
                said: Any = platform.use(asked["token"])
            elif self.path == "/count":
                said = sum(family.number for family in platform.shops.values())
            else:
                said = platform.refresh(asked["shop"], asked["token"], asked["by"])
                time.sleep(platform.slow)
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

        def handle(self) -> None:
            with suppress(OSError):  # the other end was killed
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_: Any) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
