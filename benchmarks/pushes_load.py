"""Somebody who pushes: signed events over connections kept open, as fast as it is answered
(closed loop), or so many a second whatever the answers (open loop).

Of the hub it uses nothing. Every request is made and signed before the first is sent. In
the open loop a push counts from the moment it was due, not from that at which a connection
was free to send it, so that a receiver that stands still is not spared.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import math
import resource
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
EVENT = "life_trade_order_notify"
LATE = 2.0
"""Seconds for the last answers, once nothing more is sent."""


@dataclass(frozen=True)
class Task:
    """What is to be sent."""

    port: int
    path: str
    app_key: str
    secret: str
    series: int = 0
    """A number for the ids: no two tasks of one database have the same."""
    seconds: float = 4.0
    warm: float = 0.0
    """Seconds before them in which nothing is measured."""
    rate: float = 0.0
    """Pushes a second; 0: each connection sends as soon as it is answered."""
    most: int = 40_000
    """Pushes to prepare for the closed loop; what is not sent by the end is left."""
    connections: int = 50

    def prepared(self) -> list[tuple[str, bytes]]:
        """SHA-256 of each body, and the request."""
        open_loop = math.ceil(self.rate * (self.warm + self.seconds))
        return [self._request(n) for n in range(open_loop or self.most)]

    def _request(self, number: int) -> tuple[str, bytes]:
        body = _body(self.app_key, f"{self.series:04d}{number:014d}")
        signature = hashlib.sha1(self.secret.encode() + body).hexdigest()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "User-Agent: okhttp/4.9\r\nAccept: */*\r\nContent-Type: application/json\r\n"
            f"Msg-Id: {self.series}-{number}\r\nX-Douyin-Signature: {signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return hashlib.sha256(body).hexdigest(), head.encode() + body


def _body(app_key: str, order_id: str) -> bytes:
    order = {"order_id": order_id, "account_id": "7000000000000000021"}
    content = {"action": "pay_success", "msg_time": int(time.time()), "order": order}
    said = {"event": EVENT, "client_key": app_key, "from_user_id": "",
            "content": json.dumps(content), "log_id": f"20261120{order_id}"}  # fmt: skip
    return json.dumps(said).encode()


@dataclass
class Sending:
    """All connections of one task, and what came of it."""

    task: Task
    requests: deque[tuple[str, bytes]]
    acknowledged: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    """Connections that ended; what was on them is unanswered."""
    alive: set[Connection] = field(default_factory=set)
    idle: deque[Connection] = field(default_factory=deque)
    due: deque[float] = field(default_factory=deque)
    counts_from: float = 0.0
    ends_at: float = 0.0

    def answered(self, status: bytes, hash: str, since: float) -> None:
        now = time.perf_counter()
        if status != b"200":
            self.refused += 1
        else:
            self.acknowledged.append(hash)
            if self.counts_from <= since and now <= self.ends_at:
                self.took.append(now - since)

    def free(self, connection: Connection) -> None:
        """Give it the next push, if there is one to be sent by now."""
        now = time.perf_counter()
        if self.task.rate:
            if self.due:
                connection.send(*self.requests.popleft(), self.due.popleft())
            else:
                self.idle.append(connection)
        elif now < self.ends_at and self.requests:
            connection.send(*self.requests.popleft(), now)

    async def run(self) -> None:
        """Send it all, or until no connection is left."""
        began = time.perf_counter()
        self.counts_from = began + self.task.warm
        self.ends_at = self.counts_from + self.task.seconds
        await asyncio.gather(*[self._open() for _ in range(self.task.connections)])
        if self.task.rate:
            await self._in_time(began)
        while self.alive and time.perf_counter() < self.ends_at:
            await asyncio.sleep(0.01)
        until = self.ends_at + LATE
        while any(c.busy for c in self.alive) and time.perf_counter() < until:
            await asyncio.sleep(0.01)

    async def _open(self) -> None:
        loop, made = asyncio.get_running_loop(), Connection(self)
        await loop.create_connection(lambda: made, "127.0.0.1", self.task.port)

    async def _in_time(self, began: float) -> None:
        for number in range(len(self.requests)):
            at = began + number / self.task.rate
            while (wait := at - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            if not self.alive:
                return
            self.due.append(at)
            if self.idle:
                self.free(self.idle.popleft())


class Connection(asyncio.Protocol):
    """One at a time; the next when the answer is there, whole."""

    def __init__(self, sending: Sending) -> None:
        self.sending, self.busy = sending, False
        self._told, self._since, self._heard = "", 0.0, b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.sending.alive.add(self)
        self.sending.free(self)

    def send(self, hash: str, request: bytes, since: float) -> None:
        self.busy, self._told, self._since = True, hash, since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if _whole(self._heard):
            status, self._heard, self.busy = self._heard[9:12], b"", False
            self.sending.answered(status, self._told, self._since)
            self.sending.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.sending.broken += self.busy
        self.busy = False
        self.sending.alive.discard(self)
        with contextlib.suppress(ValueError):
            self.sending.idle.remove(self)


def _whole(heard: bytes) -> bool:
    end = heard.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = heard[:end].lower()
    at = head.index(b"content-length:") + 15
    length = int(head[at:].split(b"\r\n", 1)[0])
    return len(heard) >= end + 4 + length


def sent(task: Task, hashes: Path) -> JSON:
    """Send it, write the hashes of what was acknowledged into a file, give the figures."""
    sending = Sending(task, deque(task.prepared()))
    before = resource.getrusage(resource.RUSAGE_SELF)
    asyncio.run(sending.run())
    after = resource.getrusage(resource.RUSAGE_SELF)
    hashes.write_text("\n".join(sending.acknowledged))
    cpu = sum(getattr(after, n) - getattr(before, n) for n in ("ru_utime", "ru_stime"))
    took = sorted(sending.took)
    return {
        "acknowledged": len(sending.acknowledged),
        "refused": sending.refused,
        "broken": sending.broken,
        "unsent": len(sending.due),
        "per_s": round(len(took) / task.seconds, 1),
        "ms": {name: _at(took, part) for name, part in PARTS.items()},
        "load_cpu": round(cpu / (task.warm + task.seconds), 2),
    }


PARTS = {"p50": 0.5, "p99": 0.99, "most": 1.0}


def _at(took: list[float], part: float) -> float | None:
    if not took:
        return None
    return round(took[min(len(took) - 1, int(len(took) * part))] * 1e3, 2)


def main(task: str, hashes: str) -> None:
    print(json.dumps(sent(Task(**json.loads(task)), Path(hashes))))


if __name__ == "__main__":
    main(*sys.argv[1:])
