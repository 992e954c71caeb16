"""`hub jobs` and `hub worker`: what somebody asks for is done by whoever works."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.world import World, boxed

PATIENCE = 60.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with boxed(tmp_path, "douyin-laike", orders=20) as made:
        added = made.add_shop(made.accounts("douyin-laike")[0], "douyin-laike")
        assert added.code == 0, added.err
        yield made


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


def test_a_worker_does_what_was_asked_for(world: World) -> None:
    shop = world.hub("shop", "list", "--json").json[0]["name"]
    asked = world.hub("jobs", "start", "rebuild", shop, "--actor", "ops", "--json")
    assert asked.code == 0, asked.err
    (job,) = asked.json
    assert (job["state"], job["asked_by"]) == ("waiting", "ops")
    process = world.start("worker", "--json")
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"slot": 0}
        until(
            lambda: world.hub("jobs", "show", job["id"], "--json").json["state"] == "done"
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()
    listed = world.hub("jobs", "list").out
    assert "rebuild" in listed
    assert "done" in listed
    (row,) = world.hub("audit", "list", "--json").json[:1]
    assert (row["action"], row["of"]) == ("job.start", f"job {job['id']}")


def test_what_is_asked_for_is_paused_taken_up_and_cancelled(world: World) -> None:
    shop = world.hub("shop", "list", "--json").json[0]["name"]
    assert "nobody has asked" in world.hub("jobs", "list").out
    said = world.hub("jobs", "start", "heal", shop, "--days", "7", "--stream", "orders")
    assert said.out == f"asked for: job 1, heal of {shop} (waiting)\n"
    assert "(paused)" in world.hub("jobs", "pause", "1").out
    assert "(waiting)" in world.hub("jobs", "retry", "1").out
    assert "(cancelled)" in world.hub("jobs", "cancel", "1").out
    shown = world.hub("jobs", "show", "1").out
    assert "streams orders" in shown
    assert "days 7" in shown
    again = world.hub("jobs", "cancel", "1")
    assert (again.code, "nothing to cancel" in again.err) == (2, True)
    assert [
        one["id"] for one in world.hub("jobs", "list", "--state", "done", "--json").json
    ] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("start", "clean", "SHOP"), "backfill, heal, rebuild"),
        (("start", "backfill", "SHOP"), "--since"),
        (("start", "heal", "SHOP", "--stream", "tea"), "it has: orders"),
        (("start", "heal", "nobody's"), "nobody's"),
        (("show", "9"), "hub jobs list"),
        (("list", "--state", "tea"), "waiting, running"),
    ],
)
def test_what_is_no_job_is_said(world: World, words: tuple[str, ...], told: str) -> None:
    shop = world.hub("shop", "list", "--json").json[0]["name"]
    said = world.hub("jobs", *(shop if word == "SHOP" else word for word in words))
    assert said.code == 2
    assert told in said.err
