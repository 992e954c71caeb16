"""A small ERP that books each order of channel-hub exactly once.

A webhook rings the bell; what to book stands in the hub's feed, which is followed from the
last position dealt with. Bookings and position are one transaction: after a crash, here or
there, what was booked is passed over and what was not is fetched again. A webhook that is
lost or comes twice changes nothing.

    HUB_URL=http://127.0.0.1:8600 HUB_KEY=hub_… WEBHOOK_SECRET=whsec_… python erp_sink.py

Needs Python and standardwebhooks, nothing of the hub's own.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

from standardwebhooks import Webhook, WebhookVerificationError

log = logging.getLogger("erp")

SCHEMA = """
CREATE TABLE IF NOT EXISTS position (id INTEGER PRIMARY KEY CHECK (id = 1), after INTEGER);
INSERT OR IGNORE INTO position VALUES (1, 0);
CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS booking (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_uid TEXT UNIQUE NOT NULL, external_id TEXT NOT NULL, shop TEXT NOT NULL,
    version INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS revision (
    order_uid TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (order_uid, version)
);
"""
LOOK = 60.0
"""Seconds after which the feed is asked though no bell rang."""
LARGEST = 64 << 10
"""Bytes of a message beyond which it is none of the hub's."""


# The hub --------------------------------------------------------------------------------


def changes(hub: str, key: str, after: int) -> tuple[list[dict[str, Any]], int]:
    """What changed after a position, and the position behind that. The one place that knows
    the hub's API."""
    url = f"{hub}/v1/changes?after={after}&limit=200"
    asked = Request(url, headers={"authorization": f"Bearer {key}"})  # noqa: S310
    with urlopen(asked, timeout=30) as answer:  # noqa: S310
        told = json.load(answer)
    return told["changes"], told["next"]


# The books ------------------------------------------------------------------------------


class Books:
    """The ERP's own database: what is booked, and how far the feed was followed."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=30
        )
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def is_new(self, message_id: str) -> bool:
        """Note a message, on disk when this returns; False where it came before."""
        with self._writing() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO message (id) VALUES (?)", (message_id,)
            )
        return done.rowcount == 1

    def position(self) -> int:
        """Up to where the feed was dealt with."""
        with self._lock:
            return int(self._connection.execute("SELECT after FROM position").fetchone()[0])

    def book(self, found: Sequence[dict[str, Any]], asked: int, behind: int) -> None:
        """Book these changes and move from `asked` to `behind`, both or neither."""
        with self._writing() as connection:
            moved = connection.execute(
                "UPDATE position SET after = ? WHERE after = ?", (behind, asked)
            )
            if moved.rowcount != 1:
                return  # somebody else has dealt with them
            for one in found:
                if one["kind"].partition(".")[0] == "order":
                    self._order(connection, one)

    def _order(self, connection: sqlite3.Connection, one: dict[str, Any]) -> None:
        order = {**one, "version": one["seq"]}
        connection.execute("INSERT OR IGNORE INTO revision VALUES (:uid, :version)", order)
        connection.execute(
            "INSERT INTO booking (order_uid, external_id, shop, version) "
            "VALUES (:uid, :external_id, :shop, :version) "
            "ON CONFLICT (order_uid) DO UPDATE SET version = excluded.version "
            "WHERE excluded.version > version",
            order,
        )


# Following ------------------------------------------------------------------------------


class Follower:
    """Follows the feed whenever the bell rings, and every minute besides."""

    def __init__(self, books: Books, hub: str, key: str) -> None:
        self._books, self._hub, self._key = books, hub, key
        self.bell = threading.Event()

    def run(self) -> None:
        """For good."""
        while True:
            wait = LOOK
            try:
                while self._step():
                    pass
            except (OSError, ValueError, KeyError) as error:
                log.warning("the hub cannot be asked: %s", error)
                wait = 1.0
            self.bell.wait(wait)
            self.bell.clear()

    def _step(self) -> bool:
        """One page; False at the feed's end."""
        asked = self._books.position()
        found, behind = changes(self._hub, self._key, asked)
        if behind > asked:
            self._books.book(found, asked, behind)
        return behind > asked


# Webhooks -------------------------------------------------------------------------------


def verified(secrets: Sequence[str], body: bytes, headers: dict[str, str]) -> bool:
    """Whether one of the secrets signed it, within the last minutes; while one is replaced
    there are two."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            continue
        except ValueError:  # not even text, or no signature at all
            return False
        return True
    return False


def handler(
    books: Books, bell: threading.Event, secrets: Sequence[str]
) -> type[BaseHTTPRequestHandler]:
    """What answers the hub."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            """Verify, keep, ring, and only then say so."""
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST:
                return self._answer(413)
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not verified(secrets, body, headers):
                return self._answer(401)
            if books.is_new(headers["webhook-id"]):
                bell.set()
            return self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()
            self.close_connection = status >= 400

        def log_message(self, *said: Any) -> None:
            """Quiet."""

    return Handler


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    books = Books(os.environ.get("ERP_DATABASE", "erp.db"))
    follower = Follower(books, os.environ["HUB_URL"].rstrip("/"), os.environ["HUB_KEY"])
    secrets = os.environ["WEBHOOK_SECRET"].split(",")
    address = ("127.0.0.1", int(os.environ.get("PORT", "8700")))
    server = ThreadingHTTPServer(address, handler(books, follower.bell, secrets))
    server.daemon_threads = True
    threading.Thread(target=follower.run, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log.info("takes webhooks at http://%s:%d/hook", *server.server_address[:2])
    try:
        server.serve_forever(0.1)
    except KeyboardInterrupt:
        log.info("stopped; position %d", books.position())


if __name__ == "__main__":
    main()
