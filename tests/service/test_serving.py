"""`hub serve` as its user starts it: it reads by itself, answers, and ends when told to."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub_core.client import httpx
from tests.cli.world import World, boxed
from tests.store.conftest import BOTH

PATIENCE = 60.0


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Its URL; SQLite's is the world's own."""
    if request.param == "sqlite":
        yield ""
        return
    from tests.store import postgres

    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
def world(tmp_path: Path, database: str) -> Iterator[World]:
    with boxed(tmp_path, "douyin-laike", database=database, orders=30) as made:
        added = made.add_shop(made.accounts("douyin-laike")[0], "douyin-laike")
        assert added.code == 0, added.err
        yield made


@contextmanager
def served(world: World, how: int = signal.SIGTERM) -> Iterator[str]:
    """`hub serve`, until the block ends; then this signal, and its end is looked at."""
    process = world.start("serve", "--port", "0", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line)["url"]
        process.send_signal(how)
        began = time.monotonic()
        process.wait(15)
        if how != signal.SIGKILL:
            assert process.returncode == 0, process.stderr.read()
            assert time.monotonic() - began < 10
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def key_of(world: World) -> str:
    made = world.hub("keys", "create", "ERP", "--new", "system", "--json")
    assert made.code == 0, made.err
    assert world.hub("keys", "grant", "ERP", "viewer", "--all").code == 0
    text: str = made.json["key"]
    return text


def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def numbers(url: str, key: str) -> set[str]:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.get(f"{url}/v1/orders", params={"limit": 500}, headers=headers)
    return {row["external_id"] for row in answer.json()["data"]}


def test_orders_arrive_by_themselves_also_after_a_kill(world: World) -> None:
    key = key_of(world)
    box = world.boxes["douyin-laike"]
    account = box.accounts()[0].external_id

    def theirs() -> set[str]:
        return {order.external_id for order in box.truth(account)}

    with served(world, signal.SIGKILL) as url:
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{url}/readyz").status_code == 200
        until(lambda: numbers(url, key) >= theirs())
    box.churn(40)
    with served(world) as url:
        said = world.hub("schedules", "run", "--stream", "orders")
        assert said.code == 0, said.err
        until(lambda: numbers(url, key) >= theirs())
    rows = world.hub("schedules", "list", "--json").json
    assert {(r["stream"], r["task"]) for r in rows} >= {
        ("orders", "sync"),
        ("orders", "heal"),
    }
    assert {r["error"] for r in rows if r["task"] == "sync"} == {None}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_taken_port_is_named_with_what_to_do(world: World) -> None:
    with served(world) as url:
        port = url.rpartition(":")[2]
        second = world.hub("serve", "--port", port)
    assert second.code != 0
    assert port in second.err
    assert "--port" in second.err
