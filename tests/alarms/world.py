"""A hub on a virtual clock, shops to have troubles with, and a receiver on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Connection, insert, update
from sqlmodel import col

from hub_core import alarms
from hub_core.alarms import Looked, Source, Telling
from hub_core.hub import Hub
from hub_core.plugins import Plugins, load
from hub_core.settings import Settings
from hub_core.store import Store, shops, streams
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade
from hub_core.store.tables import StreamRow
from tests import databases
from tests.store.making import KEY, NOON, at

MINUTE = 60.0
HOUR = 3600.0
LOOK = 30.0
APP = {"channel": "taobao", "app_key": "key-1", "app_secret": "env:UNSET"}


# The receiver -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Ear:
    """An HTTP server that keeps what it hears and answers what it is told to."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    status: int = 200
    answer: Any = None
    """None: what each bot says when it takes a message."""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def texts(self) -> list[str]:
        """What people would read, title and all."""
        return [_text(one.body) for one in self.heard if one.method == "POST"]


def _text(body: Any) -> str:
    if "message" in body:
        return f"{body['title']}\n{body['message']}"
    return str((body.get("text") or {}).get("content") or body["content"]["text"])


YES = {"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}


@contextmanager
def listening() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            body = json.loads(raw) if raw else None
            query = dict(parse_qsl(parts.query))
            ear.heard.append(Heard(self.command, parts.path, query, body))
            said = json.dumps(YES if ear.answer is None else ear.answer).encode()
            self.send_response(ear.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET = _take  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# The hub ----------------------------------------------------------------------------------


@cache
def plugins() -> Plugins:
    return load()


@cache
def template() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        engine = connect(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()


class World:
    """A hub with its own store, and time that passes when it is told to."""

    def __init__(self, folder: Path, ear: Ear, url: str = "", **tables: Any) -> None:
        self.folder, self.ear = folder, ear
        self.seconds = 0.0
        self.reads = True
        """Whether the shops' streams are read, where a test reads them."""
        self.file = folder / "hub.db"
        self.url = url or databases.at(self.file)
        if not url:
            self.file.write_bytes(template())
        (folder / "ops").write_text("wecombot://ops-key-0001")
        target = {"url": f"file:{folder / 'ops'}", "base_url": ear.url}
        self.tables: dict[str, Any] = {"targets": {"ops": target}, **tables}
        self.hub = self._open()

    def _open(self) -> Hub:
        settings = Settings.of({"alarms": self.tables, "apps": {"main": APP}})
        return Hub(settings, Store.open(self.url, KEY, lambda: self.now), plugins())

    def restart(self, **tables: Any) -> None:
        """Another process over the same store, perhaps with other settings."""
        self.hub.close()
        self.tables |= tables
        self.hub = self._open()

    @property
    def now(self) -> datetime:
        return at(self.seconds)

    # Looking ------------------------------------------------------------------------

    def look(self, *extra: Source) -> tuple[Looked, Telling]:
        looked = alarms.look(self.hub, self.now, extra)
        return looked, alarms.tell(self.hub, self.now)

    def run(self, minutes: float, *extra: Source, step: float = LOOK) -> None:
        """Look again and again for so long."""
        end = self.seconds + minutes * MINUTE
        while self.seconds < end:
            self.seconds += step
            self.look(*extra)

    def said(self) -> list[str]:
        """What was told since this was asked last."""
        texts, self.ear.heard[:] = self.ear.texts, []
        return texts

    def open_keys(self) -> list[str]:
        from hub_core.store import alarms as stored

        with self.hub.store.reading() as connection:
            return [one.key for one in stored.open_ones(connection)]

    # Shops --------------------------------------------------------------------------

    def shop(self, name: str = "西湖店", **more: Any) -> int:
        with self.hub.store.writing() as connection:
            return self.add(connection, name, **more)

    def add(self, connection: Connection, name: str, **more: Any) -> int:
        usual = {"channel": "taobao", "external_id": f"id-{name}", "app": "main"}
        begin = NOON - timedelta(days=30)
        values = {"at": NOON, "name": name, "start_at": begin, **usual, **more}
        return shops.add_shop(connection, **values)

    def read(self, shop_id: int, stream: str = "orders", error: str | None = None) -> None:
        """A reading has ended now."""
        with self.hub.store.writing() as connection:
            streams.ensure_stream(connection, shop_id, stream)
            mine = (col(StreamRow.shop_id) == shop_id, col(StreamRow.name) == stream)
            values = {"last_error": error}
            values |= {} if error else {"last_ok_at": self.now}  # type: ignore[dict-item]
            connection.execute(update(StreamRow).where(*mine).values(values))

    def put(self, table: Any, **values: Any) -> None:
        """A row as some other part of the hub would write it."""
        with self.hub.store.writing() as connection:
            connection.execute(insert(table).values(**values))

    def change(self, table: Any, where: Any, **values: Any) -> None:
        with self.hub.store.writing() as connection:
            connection.execute(update(table).where(where).values(**values))

    def close(self) -> None:
        self.hub.close()
