"""`benchmarks.laike_server` with orders that change.

    python -m benchmarks.rivals.served 100000 [random|growing]

prints its port. Ids are drawn at random, or grow with the time of the orders' changes.
`GET /change?count=1000` has one voucher each of so many orders refunded, at moments of the
last hour; `GET /truth` tells what a full copy sums up to now. The newest order of the
beginning is two hours old, and until something changes answers bear a time an hour back:
who read everything "an hour ago" has all of it, and of the changes none.
"""

from __future__ import annotations

import json
import random
import re
import socket
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.laike_orders import order, text
from benchmarks.laike_server import DAYS, Shelf, serve

JSON = dict[str, Any]
SETTLED, AGO = 7200, 3600
NOW = re.compile(rb'"now":\d+\}')
CHANGES = (600, 3000)
"""How many seconds ago orders change: the settle lag is past, the hour is not."""
REFUNDED = 301
IDS = ("random", "growing")


def population(
    count: int, begin: int, end: int, ids: str, seed: int = 7
) -> list[tuple[int, bytes]]:
    """`count` orders that last changed between two epoch seconds, newest change first."""
    rng = random.Random(seed)
    stamps = sorted((rng.randrange(begin, end) for _ in range(count)), reverse=True)
    numbers = list(range(count - 1, -1, -1))
    if ids == "random":
        rng.shuffle(numbers)
    return [(at, text(order(n, at, rng))) for n, at in zip(numbers, stamps, strict=True)]


class Changing(Shelf):
    """Orders that change when they are told to."""

    back = AGO
    """How many seconds answers' time is behind."""

    def answer(self, target: str) -> bytes:
        """The body for a request target."""
        url = urlsplit(target)
        if url.path == "/change":
            self.change(int(parse_qs(url.query)["count"][0]))
            return text({"changed": True})
        if url.path == "/truth":
            return text(truth(self.rows))
        body = super().answer(target)
        return NOW.sub(b'"now":%d}' % (int(time.time()) - self.back), body)

    def change(self, count: int, seed: int = 11) -> None:
        """Orders that were refunded before are left alone."""
        rng, now, self.back = random.Random(seed), int(time.time()), 0
        stamps = sorted((now - rng.randrange(*CHANGES) for _ in range(count)), reverse=True)
        free = [n for n, row in enumerate(self.rows) if b'"item_status":301' not in row]
        chosen = rng.sample(free, count)
        changed = [
            _refunded(self.rows[n], at) for n, at in zip(chosen, stamps, strict=True)
        ]
        gone = set(chosen)
        self.rows = changed + [r for n, r in enumerate(self.rows) if n not in gone]
        rest = [at for n, at in enumerate(self.older) if n not in gone]
        self.older = [-at for at in stamps] + rest


def _refunded(row: bytes, at: int) -> bytes:
    found = json.loads(row)
    voucher = found["certificate"][1]
    voucher |= {"item_status": REFUNDED, "item_update_time": at, "refund_time": at}
    voucher["refund_amount"] = found["original_amount"] // 2
    found["certificate"][0] |= {"item_status": 401, "item_update_time": at}
    return text(found | {"order_status": 1, "update_order_time": at})


def truth(rows: list[bytes]) -> JSON:
    """Rows and sums of money, by table."""
    found = [json.loads(row) for row in rows]
    vouchers = [one for o in found for one in o["certificate"]]
    return {
        "orders": [len(found), sum(o["pay_amount"] for o in found)],
        "lines": [
            len(found),
            sum(p["origin_amount"] for o in found for p in o["products"]),
        ],
        "vouchers": [len(vouchers), sum(one["refund_amount"] for one in vouchers)],
        "raw": [len(found)],
    }


def main(count: int, ids: str = "random") -> None:
    """Make them, say where, serve."""
    now = int(time.time())
    orders = population(count, now - DAYS * 86_400, now - SETTLED, ids)
    shelf = Changing([row for _, row in orders], [-at for at, _ in orders])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    serve(shelf, listener)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
