"""The receivers of `benchmarks.pushes`: `python -m benchmarks.pushes_served WHICH FOLDER`
prints the port and serves until it is killed.

`hub`: the hub's own app as `hub serve` mounts it, over the folder's database: signature,
strict reading, dedupe, sealing, group commit. `plain`: what a team writes by hand, a
minimal ASGI app that checks the signature, reads the JSON, and commits every event by
itself, once. `each`: a minimal ASGI app that commits every event by itself. `group`: a
minimal ASGI app with group commit: what waits while the disk is busy goes together into the
next transaction. These two check and read nothing.
`null` answers without looking, to see how much the sender can send.

All are served by the same server with the same options, and all that acknowledge do it
after the commit of a database with the same settings, its fsync included.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sqlite3
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
THANKS = b'{"data":{"error_code":0,"description":"success"}}'
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(THANKS)).encode()),
]
TABLE = "CREATE TABLE event (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, body BLOB NOT NULL)"


class Disk:
    """One connection in a thread of its own. A commit is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._thread.submit(self._open, path).result()

    def _open(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(TABLE)

    async def keep(self, bodies: Sequence[bytes]) -> None:
        """In one transaction."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._keep, bodies)

    def _keep(self, bodies: Sequence[bytes]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        rows = [(hashlib.sha256(body).digest(), body) for body in bodies]
        self._connection.executemany(
            "INSERT OR IGNORE INTO event (hash, body) VALUES (?, ?)", rows
        )
        self._connection.execute("COMMIT")


class Bare:
    """The least an ASGI app can be."""

    def __init__(self, keep: Callable[[bytes], Awaitable[object]]) -> None:
        self._keep = keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await self._keep(body)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": THANKS})


class Checked(Bare):
    """Signature and JSON are looked at; what is signed is kept once."""

    def __init__(
        self, keep: Callable[[Sequence[bytes]], Awaitable[object]], secret: bytes
    ) -> None:
        self._disk, self._secret = keep, secret
        super().__init__(lambda body: keep([body]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body = message["body"]
        given = dict(scope["headers"]).get(b"x-douyin-signature", b"")
        signed = hashlib.sha1(self._secret + body).hexdigest().encode()
        if not hmac.compare_digest(given, signed) or "event" not in json.loads(body):
            raise ValueError("not signed")
        await self._keep(body)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": THANKS})


class Together:
    """Group commit: no timer, the disk sets the pace."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._waiting: deque[tuple[bytes, asyncio.Future[None]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, body: bytes) -> None:
        told = asyncio.get_running_loop().create_future()
        self._waiting.append((body, told))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await told

    async def _write(self) -> None:
        while self._waiting:
            batch = list(self._waiting)
            self._waiting.clear()
            await self._disk.keep([body for body, _ in batch])
            for _, told in batch:
                told.set_result(None)
        self._writing = None


def hub(folder: Path) -> None:
    """The hub's app, without what else runs in its process."""
    from hub_core.access import Keys
    from hub_core.api import create
    from hub_core.cli.opening import Chosen, opened
    from hub_core.inbound import Inbound
    from hub_core.service.metrics import Metrics

    Chosen.config = folder / "plugins.toml"
    with opened() as made:
        measured = Metrics(made, list).text
        keys = Keys(made.store, made.clock.now)
        _serve(create(made, keys, Inbound(made), measured))


def plain(folder: Path) -> None:
    """A commit for every event that is genuine and new."""
    disk = Disk(folder / "bare.db")
    _serve(Checked(disk.keep, (folder / "secret").read_bytes()))


def each(folder: Path) -> None:
    """A commit for every event."""
    disk = Disk(folder / "bare.db")
    _serve(Bare(lambda body: disk.keep([body])))


def group(folder: Path) -> None:
    """Group commit."""
    _serve(Bare(Together(Disk(folder / "bare.db")).keep))


def _serve(app: Any) -> None:
    from hub_core.service.serving import Front

    front = Front(app, "127.0.0.1", 0)
    print(front.url.rpartition(":")[2], flush=True)
    front.run()


def null(folder: Path) -> None:
    """No HTTP, no disk: an answer to whatever comes."""
    told = "".join(f"{k.decode()}: {v.decode()}\r\n" for k, v in HEADERS)
    answer = f"HTTP/1.1 200 OK\r\n{told}\r\n".encode() + THANKS

    class Echo(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.data_received = lambda data: transport.write(answer)  # type: ignore[method-assign]

    async def serve() -> None:
        made = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
        print(made.sockets[0].getsockname()[1], flush=True)
        await made.serve_forever()

    asyncio.run(serve())


RECEIVERS: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (hub, plain, each, group, null)
}

if __name__ == "__main__":
    RECEIVERS[sys.argv[1]](Path(sys.argv[2]))
