"""A hub with shops of two companies, and its API on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core.access import Grants, Keys
from hub_core.api import create
from hub_core.client import httpx
from hub_core.jobs import Schedules
from hub_core.service import Front
from hub_core.store import shops
from tests import databases
from tests.harness import Bench, bench

KINDS = ("orders", "products", "after_sales", "redemptions", "places")
COMPANIES = ("甲公司", "乙公司")
Client = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two shops of 抖音来客, each of a company of its own, read once."""
    folder: Path = tmp_path_factory.mktemp("api")
    database = databases.at(folder / "hub.db")
    with bench(
        "douyin-laike", folder, orders=45, kinds=KINDS, shops=2, database=database
    ) as one:
        there = one.hub.shops()
        with one.hub.store.writing() as connection:
            for shop, company in zip(there, COMPANIES, strict=True):
                shops.change_shop(connection, shop.id, company=company)
        one.hub.sync()
        Schedules(one.hub).plan()
        yield one


@pytest.fixture(scope="session")
def url(made: Bench) -> Iterator[str]:
    keys = Keys(made.hub.store, made.hub.clock.now)
    front = Front(create(made.hub, keys), "127.0.0.1", 0)
    thread = threading.Thread(target=front.run, daemon=True)
    thread.start()
    yield front.url
    front.stop()
    thread.join(5)


@pytest.fixture(scope="session")
def client(made: Bench, url: str) -> Iterator[Client]:
    """A client with a key of its own, for a role at a place."""
    opened: dict[tuple[Any, ...], httpx.Client] = {}
    keys, grants = Keys(made.hub.store), Grants(made.hub.store)

    def one(role: str, **where: Any) -> httpx.Client:
        asked = (role, *sorted(where.items()))
        if asked not in opened:
            name = f"ERP {len(opened)}"
            key = keys.create(name, "test", actor="test", new="system")
            grants.grant(name, role, actor="test", **(where or {"everywhere": True}))
            headers = {"Authorization": f"Bearer {key.text}"}
            opened[asked] = httpx.Client(base_url=f"{url}/v1", headers=headers)
        return opened[asked]

    yield one
    for client in opened.values():
        client.close()
