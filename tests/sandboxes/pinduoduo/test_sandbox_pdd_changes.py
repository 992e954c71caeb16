"""What happens to orders while nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandboxes.pinduoduo.conftest import Caller

    Open = Callable[..., Caller]

FORWARD = {1: {1, 2, 6}, 2: {2, 3}, 6: {6, 3}, 3: {3}}


def versions(client: Caller) -> list[list[dict[str, Any]]]:
    """Every order's contents, oldest first."""
    records = client.box.book.records(client.account)
    return [[version.content for version in record.versions] for record in records]


def lively(shop: Open, changes: int = 800, **options: Any) -> Caller:
    client = shop(**({"orders": 40} | options))
    for _ in range(changes // 20):
        client.box.clock.advance(60)
        client.box.churn(20)
    return client


def test_orders_go_forward_only(shop: Open) -> None:
    client = lively(shop, new_words=0.3)
    steps = [pair for line in versions(client) for pair in pairwise(line)]
    assert all(b["status"] in FORWARD[a["status"]] for a, b in steps)
    assert {b["status"] for _, b in steps} == {1, 2, 3, 6}


def test_everything_the_platform_does_happens(shop: Open) -> None:
    client = lively(shop, 1500)
    changed: set[str] = set()
    for line in versions(client):
        for was, now in pairwise(line):
            changed |= {name for name in now if now[name] != was[name]}
    assert changed >= {
        *("status", "refund", "after_sales", "risk", "confirm", "person", "parcels"),
        *("carrier", "tracking", "remark", "tag", "invoice", "urged_at", "received_at"),
    }


def test_nothing_is_shipped_under_review(shop: Open) -> None:
    client = lively(shop, 1500)
    for line in versions(client):
        for was, now in pairwise(line):
            if was["risk"]:
                assert now["status"] == 1


def test_new_orders_come_and_their_money_never_changes(shop: Open) -> None:
    client = lively(shop)
    lines = versions(client)
    assert len(lines) > 80
    assert all(len({c["basket"].paid for c in line}) == 1 for line in lines)


def test_remarks_leave_the_time_of_change_alone_unless_switched(shop: Open) -> None:
    for position, moved in (("not_remarks", False), ("all", True)):
        client = shop(orders=10, silent_edits=1.0, switches={"bumps": position})
        before = {t.external_id: t.updated_at for t in client.box.truth(client.account)}
        client.box.clock.advance(100)
        client.box.churn(30)
        after = {t.external_id: t.updated_at for t in client.box.truth(client.account)}
        assert (before != after) is moved
        assert any(len(t.versions) > 1 for t in client.box.truth(client.account))


def test_two_changes_may_share_a_second(shop: Open) -> None:
    client = lively(shop, double_edits=1.0, silent_edits=0.0)
    stamps = [
        [v.updated_at for v in r.versions] for r in client.box.book.records(client.account)
    ]
    assert any(len(set(line)) < len(line) for line in stamps)


def test_orders_whose_group_is_not_complete_are_hidden(shop: Open) -> None:
    client = lively(shop)
    assert all(c["confirm"] for line in versions(client) for c in line)
    late = [
        r
        for r in client.box.book.records(client.account)
        if r.versions[0].updated_at > r.created_at
    ]
    assert len(late) > 5


def test_or_they_are_listed_with_no_time_of_the_deal(shop: Open) -> None:
    client = lively(shop, switches={"grouping": "listed"})
    lines = versions(client)
    assert any(line[0]["group"] == 0 for line in lines)
    assert any(line[-1]["group"] == 2 for line in lines)
    waiting = next(t for t in client.box.book.records(client.account)
                   if t.latest.content["group"] == 0)  # fmt: skip
    order = client.order(waiting.id)
    assert (order["confirm_time"], order["confirm_status"]) == ("", 0)
    assert waiting.id not in [r["order_sn"] for r in client.deals()["order_list"]]


def test_removed_orders_are_gone_everywhere(shop: Open) -> None:
    client = shop(orders=30, removals=1.0, history=timedelta(minutes=20))
    client.box.churn(10)
    gone = [t.external_id for t in client.box.truth(client.account) if t.removed]
    assert len(gone) == 10
    assert not set(gone) & set(client.sns())
    got = client.call("pdd.order.information.get", order_sn=gone[0])
    assert got["error_code"] == 50001


def test_a_list_call_is_followed_by_changes_when_asked_for(shop: Open) -> None:
    client = shop()
    client.box.churn_per_call = 3
    before = sum(len(line) for line in versions(client))
    client.increment(page_size=1)
    assert sum(len(line) for line in versions(client)) == before
    client.increment()
    client.deals()
    assert sum(len(line) for line in versions(client)) > before


@pytest.mark.parametrize("shops", [1, 3])
def test_a_change_can_be_asked_of_one_shop(shop: Open, shops: int) -> None:
    client = shop(shops=shops, orders=5, product_edits=0.0)
    others = [a.external_id for a in client.box.accounts()[1:]]
    before = [client.box.truth(name) for name in others]
    client.box.churn(20, account=client.account)
    assert [client.box.truth(name) for name in others] == before


def test_case_and_order_agree(shop: Open) -> None:
    client = lively(shop, 1500)
    newest: dict[str, int] = {}
    for case in client.box.cases.records(client.account):
        newest[case.latest.content["order"]] = case.latest.content["status"]
    assert len(newest) > 20
    for sn, status in newest.items():
        record = client.box.book.get(client.account, sn)
        assert record is not None
        assert record.latest.content["after_sales"] == status
