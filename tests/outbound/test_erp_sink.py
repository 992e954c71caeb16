"""The example ERP books each order exactly once, whoever is killed meanwhile."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub_core.access import Grants, Keys
from hub_core.api import create
from hub_core.hub import Hub
from hub_core.outbound import Outbound
from hub_core.plugins import load
from hub_core.service import Front
from hub_core.settings import Settings
from hub_core.settings.tables import OutboundTable
from hub_core.store import Store
from tests.outbound.erp import ME
from tests.store.making import KEY, Hands, an_order

PROGRAM = Path(__file__).parents[2] / "examples" / "erp-sink" / "erp_sink.py"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        found: int = one.getsockname()[1]
        return found


@dataclass
class Side:
    """The hub's side: its API on a port that stays, and its webhooks out."""

    database: str
    erp_port: int
    port: int = field(default_factory=free_port)

    @contextmanager
    def up(self) -> Iterator[Outbound]:
        store = Store.open(self.database, KEY)
        hub = Hub(Settings(), store, load())
        front = Front(create(hub, Keys(store)), "127.0.0.1", self.port)
        serving = threading.Thread(target=front.run, daemon=True)
        serving.start()
        stop = threading.Event()
        with Outbound(store, self.rules) as outbound:
            sending = threading.Thread(target=outbound.run, args=(stop, 0.02), daemon=True)
            sending.start()
            yield outbound
            stop.set()
            sending.join(5)
        front.stop()
        serving.join(5)
        hub.close()

    @property
    def rules(self) -> OutboundTable:
        return OutboundTable(allow=["127.0.0.1"], ports=[self.erp_port])


@dataclass
class Sink:
    """The example, started and killed."""

    folder: Path
    side: Side
    key: str
    secret: str

    @contextmanager
    def up(self) -> Iterator[None]:
        env = {
            **os.environ, "HUB_URL": f"http://127.0.0.1:{self.side.port}",
            "HUB_KEY": self.key, "WEBHOOK_SECRET": self.secret,
            "PORT": str(self.side.erp_port), "ERP_DATABASE": str(self.folder / "erp.db"),
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, str(PROGRAM)], env=env, stderr=-3)
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        if not (self.folder / "erp.db").exists():
            return []
        connection = sqlite3.connect(self.folder / "erp.db", timeout=10)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # it is only just being made
        finally:
            connection.close()

    def booked(self, at_least: int) -> None:
        end = time.monotonic() + 20
        while len(self.rows("SELECT number FROM booking")) < at_least:
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.fixture
def sink(tmp_path: Path, database: str, hands: Hands) -> Sink:
    side = Side(database, free_port())
    keys, grants = Keys(hands.store), Grants(hands.store)
    key = keys.create("erp", "orders", actor=ME, new="system")
    grants.grant("erp", "operator", actor=ME, everywhere=True)
    with Outbound(hands.store, side.rules) as outbound:
        made = outbound.add(f"http://127.0.0.1:{side.erp_port}/hook", actor=ME)
    return Sink(tmp_path, side, key.text, made.secret)


def test_each_order_is_booked_once_over_kills_on_both_sides(
    sink: Sink, hands: Hands
) -> None:
    """The ERP is killed with orders on their way, then the hub is gone, then both are back;
    webhooks come twice, and some changes are told of by none."""
    hands.write(*(an_order(f"A{n:03}") for n in range(30)))
    with sink.side.up():
        with sink.up():
            sink.booked(1)
        hands.write(*(an_order(f"B{n:03}") for n in range(10)))
        hands.write(an_order("A000", 60, buyer_paid_amount=1300), seconds=60)
        with sink.up():
            sink.booked(31)
    hands.write(*(an_order(f"C{n:03}") for n in range(10)))
    with sink.up(), sink.side.up() as outbound:
        sink.booked(50)
        uid = outbound.all()[0].uid
        for _ in "12":
            assert outbound.test(uid).is_taken

    booked = sink.rows("SELECT order_uid, external_id FROM booking ORDER BY number")
    feed = [(c.uid, c.external_id) for c in hands.changes()]
    assert sorted(booked) == sorted(set(feed))
    assert len(booked) == 50
    revisions = sink.rows("SELECT order_uid, version FROM revision")
    assert sorted(revisions) == sorted((c.uid, c.seq) for c in hands.changes())


def test_a_stranger_rings_no_bell(sink: Sink) -> None:
    sink.secret = f"whsec_{'QUFB' * 8}"
    with sink.up(), Outbound(Store.open(sink.side.database, KEY), sink.side.rules) as one:
        uid, end = one.all()[0].uid, time.monotonic() + 10
        while (answer := one.test(uid)).status is None:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert answer.status == 401
    assert sink.rows("SELECT id FROM message") == []
