"""`hub pushes inlets`, `hub pushes permit`, and what the doctor says of messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.inbound.inlets import Inlets
from tests.cli.world import World, boxed

CHANNEL = "pinduoduo"


class Quiet:
    """A connection over which nothing comes."""

    def send(self, text: str) -> None:
        """Taken."""

    def receive(self, seconds: float) -> str | None:
        return '{"commandType":"HeartBeat","time":1}'

    def close(self) -> None:
        """Closed."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with boxed(tmp_path, CHANNEL, orders=3) as made:
        (account,) = made.accounts(CHANNEL)
        monkeypatch.setenv("SHOP_TOKEN", account.access_token or "")
        assert made.add_shop(account, CHANNEL).code == 0
        yield made


def doctor(world: World) -> dict[str, str]:
    checks = world.hub("doctor", "--json").json["checks"]
    return {c["name"]: c["said"] for c in checks if "messages" in c["name"]}


def test_messages_that_are_taken_are_seen_and_shops_permitted(world: World) -> None:
    (account,) = world.accounts(CHANNEL)
    assert "were ever taken" in world.hub("pushes", "inlets").out
    assert doctor(world) == {f"messages of {account.app_key}": "were never taken"}
    with world.open() as hub:
        inlets = Inlets(hub, lambda address, proxy: Quiet())
        inlets.turn()
        inlets.close()
    (one,) = world.hub("pushes", "inlets", "--json").json
    assert (one["taken"], one["failing_since"]) == (0, None)
    assert f"shop {account.name}, messages" in doctor(world)

    asked = world.hub("pushes", "permit", account.name, "--check")
    assert (asked.code, "hub pushes permit" in asked.out) == (1, True)
    assert world.hub("pushes", "permit", account.name).code == 0
    assert world.hub("pushes", "permit", account.name, "--check", "--json").json["ok"]
