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
        inbound = Inbound(hub)
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
        inbound = Inbound(hub)
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


def test_codes_are_handed_over_by_a_file_and_never_shown(
    world: World, tmp_path: Path
) -> None:
    (account,) = world.accounts(CHANNEL)
    file = tmp_path / "codes"
    file.write_text("1000000000000001\n1000000000000002\n\n")
    shop = account.name
    assert world.add_shop(account, CHANNEL).code == 0
    add = ("asks", "codes", "add", shop, "SKU-1")
    done = world.hub(*add, str(file), "--actor", "wang")
    assert (done.code, "2 new codes" in done.out) == (0, True)
    assert world.hub(*add, str(file), "--actor", "wang", "--json").json["new"] == 0
    (tmp_path / "bad").write_text("a code\n")
    assert world.hub(*add, str(tmp_path / "bad"), "--actor", "wang").code == 2
    assert world.hub(*add, str(tmp_path / "none"), "--actor", "wang").code == 2
    with world.open() as hub:
        inbound = Inbound(hub)
        asked = {"order_id": NOWHERE, "count": 1, "third_sku_id": "SKU-1"}
        assert Asker(inbound, account).ask("issue-codes", asked)["result"] == 1
        inbound.close()
    listed = world.hub("asks", "codes", "list", "--json")
    assert listed.json == [
        {"shop": shop, "sku": "SKU-1", "free": 1, "issued": 1, "void": 0}
    ]
    withdraw = ("asks", "codes", "withdraw", shop, "SKU-1", "--actor", "wang")
    assert world.hub(*withdraw, "--json").json == {"ok": True, "withdrawn": 1}
    said = [done, listed, world.hub("asks", "list", "--all"), world.hub("audit", "list")]
    assert "100000000000000" not in "".join(one.out for one in said).replace(NOWHERE, "")
