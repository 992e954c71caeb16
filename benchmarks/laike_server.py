"""抖音来客's order query over a socket, as fast as sockets go: bytes made beforehand.

    python -m benchmarks.laike_server 100000 [LATENCY [DAYS]]

prints its port. Each page takes LATENCY seconds (none). Any window, page and total is
answered by slicing what was serialised at the start; an answer is one send on a socket
without Nagle's algorithm. `GET /asked` tells the targets asked for since it was last asked,
`GET /arrived` when they came. After `GET /late?3000` it says it is so many seconds earlier;
`GET /change?1000` ends that and lets so many orders change within that time.
"""

from __future__ import annotations

import itertools
import json
import socket
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from benchmarks.laike_orders import population, text

PATH = "/goodlife/v1/trade/order/query/"
TOKEN = "clt.benchmark"  # noqa: S105
DAYS = 30
"""How long a time the orders are spread over."""
LAG = 400
"""The newest changes are this many seconds old, past any settle lag."""
SETTLED = 3600
"""The newest change is this many seconds old."""


@dataclass
class Shelf:
    """The orders, newest change first, and what was asked for."""

    rows: list[bytes]
    older: list[int]
    """Negated stamps, ascending: to search in."""
    latency: float = 0.0
    late: int = 0
    """Seconds by which its clock is behind."""
    asked: list[str] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    answered: Iterator[int] = field(default_factory=itertools.count)
    """Every answer bears an id of its own, as the platform's do."""

    def answer(self, target: str) -> bytes:
        """The body for a request target."""
        url = urlsplit(target)
        if url.path == "/asked":
            told, self.asked = self.asked, []
            return text(told)
        if url.path == "/arrived":
            came, self.arrived = self.arrived, []
            return text(sorted(came))
        if url.path == "/late":
            self.late = int(url.query)
        if url.path == "/change":
            self._change(int(url.query))
        if url.path == PATH:
            self.arrived.append(time.monotonic())
            self.asked.append(target)
            time.sleep(self.latency)
            return self._page({k: v[0] for k, v in parse_qs(url.query).items()})
        good = {"access_token": TOKEN, "expires_in": 7200, "error_code": 0}
        return text({"data": good, "message": "success"})

    def _change(self, count: int) -> None:
        """Orders from all over change, one after the other, and none within the lag."""
        now, late, self.late = int(time.time()), self.late, 0
        apart = len(self.rows) // count
        stamps = [now - LAG - (late - LAG) * n // count for n in range(count)]
        changed = [
            _stamped(row, at) for row, at in zip(self.rows[::apart], stamps, strict=False)
        ]
        del self.rows[::apart], self.older[::apart]
        self.rows[:0], self.older[:0] = changed, [-at for at in stamps]

    def _page(self, asked: dict[str, str]) -> bytes:
        number, size = int(asked["page_num"]), int(asked["page_size"])
        first = bisect_left(self.older, -int(asked["update_order_end_time"]))
        last = bisect_left(self.older, 1 - int(asked["update_order_start_time"]))
        begin = first + (number - 1) * size
        rows = self.rows[begin : min(begin + size, last)]
        about = {"page_num": number, "page_size": size, "total": last - first}
        said = {"error_code": 0, "logid": f"2026112012000000{next(self.answered):016X}"}
        extra = said | {"now": int(time.time()) - self.late}
        return b'{"data":{"error_code":0,"page":%b,"orders":[%b]},"extra":%b}' % (
            text(about),
            b",".join(rows),
            text(extra),
        )


def _stamped(row: bytes, at: int) -> bytes:
    return text(json.loads(row) | {"update_order_time": at})


def serve(shelf: Shelf, listener: socket.socket) -> None:
    """A thread for each connection, until the process ends."""
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        threading.Thread(target=_talk, args=(shelf, connection), daemon=True).start()


def _talk(shelf: Shelf, connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as incoming:
        while line := incoming.readline():
            length = 0
            while (header := incoming.readline().lower()) not in (b"\r\n", b""):
                if header.startswith(b"content-length:"):
                    length = int(header[15:])
            incoming.read(length)
            body = shelf.answer(line.split()[1].decode())
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            connection.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body)


def main(count: int, latency: float = 0.0, days: float = DAYS) -> None:
    now = int(time.time())
    orders = population(count, now - int(days * 86_400), now - SETTLED)
    shelf = Shelf([row for _, row in orders], [-at for at, _ in orders], latency)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    serve(shelf, listener)


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(float, sys.argv[2:]))
