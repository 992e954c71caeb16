"""A hub's folder with something in every sealed column, and all of it read back."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from hub_core.access import Audit
from hub_core.hub import Hub
from hub_core.outbound.endpoints import Endpoints
from hub_core.outbound.post import Post
from hub_core.plugins import Plugins
from hub_core.settings import Settings
from hub_core.settings.tables import OutboundTable
from hub_core.store import asks, inbox, parked, profiles, reads
from hub_core.store.kinds import KINDS
from hub_core.store.shops import Shop, shops
from hub_core.store.tables import AskRow, InboxRow, OrderRow
from hub_core.tokens import StoredToken
from hub_core.wire import Misread
from tests import databases
from tests.store.making import NOON, Hands, a_party, a_shop, an_order, at
from tests.store.test_store_records import ONE_OF_EACH, write

FORMER = b"k" * 32


@dataclass
class Still:
    """A clock that is set."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def text(*keys: bytes) -> str:
    return "".join(base64.b64encode(key).decode() + "\n" for key in keys)


def settings(folder: Path, key: str = "file:master.key") -> Settings:
    database = databases.at(folder / "hub.db")
    tables = {"hub": {"database": database, "key": key}}
    return Settings.of(tables, folder / "plugins.toml")


def opened(folder: Path, seconds: float = 0, **how: Any) -> Hub:
    return Hub.open(
        settings=settings(folder, **how), plugins=Plugins(), clock=Still(at(seconds))
    )


def new_house(folder: Path, template: Path) -> None:
    """Settings, key and database; one value or more in each sealed column."""
    (folder / "hub.db").write_bytes(template.read_bytes())
    (folder / "master.key").write_text(text(FORMER))
    (folder / "master.key").chmod(0o600)
    with opened(folder) as hub:
        fill(hub)


def fill(hub: Hub) -> None:
    shop = a_shop(hub.store)
    hands = Hands(hub.store, shop)
    hands.write(*(an_order(f"A{n}", party=a_party(phone=f"1381234{n:04}"))
                  for n in range(5)))  # fmt: skip
    for plural, record in ONE_OF_EACH.items():
        write(hands, plural, record)
    for n in range(3):
        assert hub.store.tokens.save_if(f"jd/s{n}", None, a_token(f"token-{n}"))
    with hub.store.tokens.lock("jd/nobody"):
        pass  # a row without a token
    _park_and_push(hub, shop)
    endpoints_of(hub).add("https://192.0.2.7/in", actor="wu")


def endpoints_of(hub: Hub) -> Endpoints:
    return Endpoints(hub.store, Post(OutboundTable(allow=["192.0.2.0/24"])), hub.clock.now)


def a_token(access: str, version: int = 1) -> StoredToken:
    return StoredToken(access_token=access, version=version, fetched_at=NOON)


def _park_and_push(hub: Hub, shop: Shop) -> None:
    vault = hub.store.vault
    with hub.store.writing() as connection:
        parked.park(
            connection, shop.id, "orders", [Misread("A9", "odd", {"id": "A9"})],
            shape="orders_v1", journal_id=None, at=NOON, vault=vault,
        )  # fmt: skip
        profiles.save(
            connection, shop.id, "orders_v1", {"n": 1}, over=0, rows=1, findings=[],
            at=NOON, vault=vault,
        )  # fmt: skip
        push = {
            "channel": "jd", "app": "main", "body_hash": "ab", "event": "x",
            "state": "done",
            "sealed": vault.seal(b"{}", inbox.cell("jd", "main", "ab")),
            "received_at": NOON, "due_at": NOON, "attempts": 0, "claimed_until": 0.0,
        }  # fmt: skip
        connection.execute(insert(InboxRow), [push])
        ask = {
            "channel": "jd", "app": "main", "kind": "refund", "key": "1", "orders": "A1",
            "sealed": vault.seal(b"{}", asks.cell("jd", "main", "refund", "1")),
            "state": "open", "asked_at": NOON, "asked_again": 0,
        }  # fmt: skip
        connection.execute(insert(AskRow), [ask])


def told(hub: Hub) -> list[Any]:
    """All that was sealed, opened by the doors it is read by."""
    store, found = hub.store, list[Any]()
    with store.reading() as connection:
        (shop, *_) = shops(connection)
        for kind in KINDS.values():
            for row in connection.execute(select(kind.table.c.id)).all():
                raw = reads.raw_records(connection, row.id, store.vault, kind)
                found += [one.body for one in raw]
        for one in parked.listing(connection):
            found.append(parked.raw_of(connection, one.id, store.vault))
        found.append(profiles.load(connection, shop.id, "orders_v1", store.vault))
        buyers = select(OrderRow.__table__.c.buyer_key).distinct()  # type: ignore[attr-defined]
        found += [row.buyer_key for row in connection.execute(buyers)]
    found += [store.tokens.load(f"jd/s{n}").access_token for n in range(3)]  # type: ignore[union-attr]
    endpoints = endpoints_of(hub)
    found += [endpoints.secrets(one) for one in endpoints.all()]
    return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]


def audit_of(hub: Hub) -> Audit:
    return Audit.of(hub.store, hub.settings)
