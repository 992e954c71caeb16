"""Orders in the store: newer wins, the same is nothing, children go as a set."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from hub_core.models import Delivery, OrderLine, OrderStatus, Voucher
from hub_core.store import Store, reads, records, rows
from hub_core.store.kinds import ORDER
from hub_core.store.tables import OrderLineRow, OrderRow, RawRow
from tests.store.making import Hands, a_party, a_shop, an_order, at, rows_of


def test_a_new_order_is_stored_whole_and_told_once(hands: Hands) -> None:
    delivery = Delivery(external_id="p1", tracking_no="SF1", line_external_ids=("1",))
    voucher = Voucher(external_id="v1", buyer_paid_amount=1200)
    order = an_order(
        "A1", party=a_party(province="浙江", city="杭州"), deliveries=(delivery,),
        vouchers=(voucher,), flags=("risk_review", "locked"), ext={"jd:kind": 3},
    )  # fmt: skip
    assert hands.write(order).created == ["A1"]

    found = hands.order("A1").as_dict()

    assert found["buyer_paid_amount"] == 1200
    assert found["goods_amount"] is None
    assert found["channel_updated_at"] == at(0)
    assert (found["flags"], found["ext"]) == (["locked", "risk_review"], {"jd:kind": 3})
    assert [line["title"] for line in found["lines"]] == ["茶"]
    assert [d["tracking_no"] for d in found["deliveries"]] == ["SF1"]
    assert [v["external_id"] for v in found["vouchers"]] == ["v1"]
    assert found["receiver"]["phone"] == "138******78"
    assert found["receiver"]["region"] == "浙江 杭州"
    assert hands.kinds() == [("order.created", "A1")]


def test_the_newer_version_wins(hands: Hands) -> None:
    hands.write(an_order("A1", 0))
    assert hands.write(an_order("A1", 60, status_raw="sent"), seconds=61).changed == ["A1"]
    found = hands.order("A1").values
    assert (found["status_raw"], found["channel_updated_at"]) == ("sent", at(60))
    assert (found["hub_seen_at"], found["hub_changed_at"]) == (at(0), at(61))
    assert hands.kinds(after=1) == [("order.changed", "A1")]


def test_the_same_again_is_nothing_and_tells_nothing(hands: Hands) -> None:
    order = an_order("A1", party=a_party())
    hands.write(order)
    before = hands.order("A1")
    again = hands.write(order, seconds=90)
    assert (again.unchanged, again.created, again.changed) == (1, [], [])
    assert hands.order("A1") == before
    assert len(hands.changes()) == 1


def test_an_older_version_is_not_taken(hands: Hands) -> None:
    hands.write(an_order("A1", 60, status_raw="sent"))
    late = hands.write(an_order("A1", 0, status_raw="paid"))
    assert (late.stale, late.changed) == (1, [])
    assert hands.order("A1").values["status_raw"] == "sent"
    assert len(hands.changes()) == 1


def test_h23_duplicate_with_changed_content(hands: Hands) -> None:
    hands.write(an_order("A1", 0, status_raw="paid"))
    assert hands.write(an_order("A1", 0, status_raw="sent")).changed == ["A1"]
    assert hands.order("A1").values["status_raw"] == "sent"
    assert hands.kinds(after=1) == [("order.changed", "A1")]


def test_of_one_id_given_twice_the_later_wins(hands: Hands) -> None:
    done = hands.write(an_order("A1", 0, status_raw="paid"), an_order("A1", 5))
    assert done.created == ["A1"]
    assert hands.order("A1").values["channel_updated_at"] == at(5)


def test_an_older_version_of_an_id_in_the_same_batch_does_not_win(hands: Hands) -> None:
    hands.write(an_order("A1", 60, status_raw="sent"), an_order("A1", 0, status_raw="paid"))
    assert hands.order("A1").values["status_raw"] == "sent"


def test_children_are_replaced_as_a_set(hands: Hands) -> None:
    one, two = (
        OrderLine(external_id=n, sku_external_id=n, title=n, quantity=1) for n in "12"
    )
    three = replace(two, external_id="3", title="3")
    hands.write(an_order("A1", 0, lines=(one, two)))
    hands.write(an_order("A1", 9, lines=(three, one)))
    lines = hands.order("A1").lines
    assert [line["external_id"] for line in lines] == ["3", "1"]
    assert len(rows_of(hands.store, OrderLineRow)) == 2


def test_an_order_that_lost_its_receiver_keeps_none(hands: Hands) -> None:
    hands.write(an_order("A1", 0, party=a_party()))
    hands.write(an_order("A1", 9))
    assert hands.order("A1").receiver is None


def test_one_raw_record_stays_for_each_area(hands: Hands) -> None:
    hands.write(an_order("A1", 0))
    hands.write(an_order("A1", 9, status_raw="sent"))
    hands.write(an_order("A1", 12, status_raw="more"), area="details")
    raw = rows_of(hands.store, RawRow)
    assert sorted(r.area for r in raw) == ["details", "orders"]
    with hands.store.reading() as connection:
        records = reads.raw_records(connection, raw[0].entity_id, hands.store.vault)
    assert {r.area: r.body["word"] for r in records} == {
        "orders": "sent",
        "details": "more",
    }


def test_the_same_id_in_two_shops_is_two_orders(store: Store) -> None:
    hands = [Hands(store, a_shop(store, name)) for name in ("east", "west")]
    for one in hands:
        one.write(an_order("A1"))
    with store.reading() as connection:
        found = reads.find_order(connection, "A1")
    assert {o.shop for _, o in found} == {"east", "west"}
    assert len({o.uid for _, o in found}) == 2


def test_an_open_order_is_due_again_and_a_final_one_never(hands: Hands) -> None:
    done = an_order("A2", order_status=OrderStatus.COMPLETED)
    hands.write(an_order("A1"), done, reread_every=timedelta(hours=6))
    with hands.store.reading() as connection:
        due = [
            records.due_for_reread(connection, ORDER, hands.shop.id, at(3600 * h), 10)
            for h in (5, 6)
        ]
    assert due == [[], ["A1"]]


def test_an_unchanged_order_that_was_due_waits_for_its_next_turn(hands: Hands) -> None:
    every = timedelta(hours=6)
    hands.write(an_order("A1"), reread_every=every)
    hands.write(an_order("A1"), seconds=6 * 3600, reread_every=every)
    with hands.store.reading() as connection:
        due = [
            records.due_for_reread(connection, ORDER, hands.shop.id, at(3600 * h), 10)
            for h in (7, 12)
        ]
    assert due == [[], ["A1"]]


def test_a_missing_order_is_told_once_and_comes_back(hands: Hands) -> None:
    hands.write(an_order("A1"))
    with hands.store.writing() as connection:
        told = [
            records.mark_missing(connection, ORDER, hands.shop.id, "A1", at(n), at(n + 60))
            for n in (10, 20)
        ]
    assert told == [True, False]
    assert hands.write(an_order("A1"), seconds=30).changed == ["A1"]
    assert hands.order("A1").values["missing_at"] is None
    kinds = [kind for kind, _ in hands.kinds()]
    assert kinds == ["order.created", "order.missing", "order.changed"]


def test_a_large_batch_is_one_write(hands: Hands) -> None:
    many = [an_order(f"A{n:05d}", party=a_party()) for n in range(2_500)]
    hands.write(*many)
    assert hands.write(*many).unchanged == 2_500
    assert len(rows_of(hands.store, OrderRow)) == 2_500
    seqs = [row.seq for row in hands.changes()]
    assert seqs == list(range(1, 1001))


def test_a_hub_id_is_the_uuid_of_its_natural_key() -> None:
    for key in (("douyin-laike", "70001", "90001"), ("jd", "店", "x")):
        assert rows.hub_id(*key) == str(uuid.uuid5(rows.NAMESPACE, "\x1f".join(key)))
