"""`hub pushes` and `hub asks`: what platforms sent, seen and acted upon by a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_core.inbound import Inbound
from tests.cli.world import World, boxed
from tests.inbound.pushing import CHANNEL, Pusher
from tests.inbound.test_asks import Asker, refund

NOWHERE = "1000000000000000001"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with boxed(tmp_path, CHANNEL, orders=3) as made:
        yield made


def test_pushes_that_wait_for_a_person_are_seen_and_tried_again(world: World) -> None:
    """The shop they are of was not added yet."""
    (account,) = world.accounts(CHANNEL)
    with world.open() as hub:
        inbound = Inbound(hub, linger=0.0)
        pusher = Pusher(inbound, account)
        assert pusher.send(pusher.order_event(NOWHERE, 1_763_611_200)).status == 200
        inbound.work_off()
        inbound.close()
    (kept,) = world.hub("pushes", "list", "--json").json
    assert (kept["state"], kept["external_id"]) == ("no_shop", NOWHERE)
    assert "no_shop" in world.hub("pushes", "list", "--state", "no_shop").out
    assert world.hub("pushes", "list", "--state", "done", "--json").json == []
    assert world.hub("pushes", "list", "--state", "lost").code == 2
    assert world.hub("pushes", "retry", "--json").json == {"ok": True, "again": 1}
    (kept,) = world.hub("pushes", "list", "--json").json
    assert kept["state"] == "waiting"


def test_a_question_is_decided_once_by_somebody_with_a_name(world: World) -> None:
    (account,) = world.accounts(CHANNEL)
    with world.open() as hub:
        inbound = Inbound(hub, linger=0.0)
        Asker(inbound, account).ask("refund-review", refund())
        inbound.close()
    (asked,) = world.hub("asks", "list", "--json").json
    assert (asked["kind"], asked["amount"]) == ("refund_review", 9900)
    number = asked["id"]
    done = world.hub("asks", "decide", number, "refused", "--actor", "wang")
    assert (done.code, "refused by wang" in done.out) == (0, True)
    other = world.hub("asks", "decide", number, "agreed", "--actor", "li")
    assert other.code == 2
    assert "was refused by wang" in other.err
    assert world.hub("asks", "decide", 99, "agreed", "--actor", "li").code == 2
    (entry,) = world.hub("audit", "list", "--json").json
    assert (entry["action"], entry["actor"]) == ("question.decided", "wang")
