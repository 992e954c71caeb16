"""Products, cases, redemptions and places: stored by the same rules as orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub_core.models import (
    AfterSale,
    AfterSaleKind,
    AfterSaleLine,
    CaseStatus,
    ListingStatus,
    Place,
    Product,
    Record,
    Redemption,
    RedemptionStatus,
    Refund,
    Sku,
)
from hub_core.store import feed, records
from hub_core.store.kinds import KINDS, Kind
from hub_core.store.records import Source, Written
from hub_core.store.tables import RefundRow, SkuRow
from hub_core.wire import Fetched
from tests.store.making import Hands, an_order, at, rows_of

PRODUCT = Product(
    external_id="P1",
    title="茶",
    listing_status=ListingStatus.ON_SALE,
    listing_status_raw="onsale",
    skus=(Sku(external_id="K1", available=7), Sku(external_id="K2", available=None)),
    channel_created_at=at(0),
    channel_updated_at=at(0),
)
CASE = AfterSale(
    external_id="C1",
    order_external_id="A1",
    kind=AfterSaleKind.REFUND_ONLY,
    status=CaseStatus.MERCHANT_REVIEW,
    status_raw="10",
    requested_amount=990,
    lines=(AfterSaleLine(line_external_id="L1", quantity=1),),
    channel_created_at=at(0),
    channel_updated_at=at(0),
)
REDEMPTION = Redemption(
    external_id="R1",
    voucher_external_id="V1",
    status=RedemptionStatus.REDEEMED,
    status_raw="1",
    redeemed_at=at(0),
    buyer_paid_amount=9900,
    channel_created_at=at(0),
    channel_updated_at=at(0),
)
PLACE = Place(external_id="W1", name="总店", latitude=30.25, longitude=120.15)
ONE_OF_EACH: dict[str, Record] = {
    "products": PRODUCT, "after_sales": CASE, "redemptions": REDEMPTION, "places": PLACE,
}  # fmt: skip


def write(
    hands: Hands, plural: str, *found: Record, seconds: float = 0, **of: Any
) -> Written:
    kind = KINDS[plural]
    how: dict[str, Any] = {"area": plural, "shape": f"{plural}_v1", "journal_id": None}
    source = Source(**how | {"at": at(seconds), "stream": plural} | of)
    fetched = [Fetched(one, {"id": one.external_id}) for one in found]
    with hands.store.writing() as connection:
        return records.write_records(
            connection, kind, hands.shop.owner, source, fetched, hands.store.vault
        )


def row(hands: Hands, kind: Kind) -> Any:
    (found,) = rows_of(hands.store, kind.model)
    return found


@pytest.mark.parametrize("plural", ONE_OF_EACH)
def test_a_record_is_stored_once_and_told_once(hands: Hands, plural: str) -> None:
    one = ONE_OF_EACH[plural]
    assert write(hands, plural, one).created == [one.external_id]
    assert write(hands, plural, one).unchanged == 1

    name = KINDS[plural].name
    assert [c.kind for c in hands.changes()] == [f"{name}.created"]
    assert [c.external_id for c in hands.changes()] == [one.external_id]
    assert [c.uid for c in hands.changes()] == [row(hands, KINDS[plural]).uid]


def test_ids_of_two_kinds_may_coincide(hands: Hands) -> None:
    hands.write(an_order("P1"))
    write(hands, "products", PRODUCT)
    assert len({c.uid for c in hands.changes()}) == 2


def test_newer_wins_and_older_never_comes_back(hands: Hands) -> None:
    sold = replace(PRODUCT, skus=(Sku(external_id="K1", available=3),))
    newer = replace(sold, channel_updated_at=at(60))
    assert write(hands, "products", newer).created == ["P1"]
    assert write(hands, "products", PRODUCT).stale == 1
    assert [s.available for s in rows_of(hands.store, SkuRow)] == [3]


def test_what_stands_under_a_record_is_replaced_as_a_set(hands: Hands) -> None:
    write(hands, "after_sales", CASE)
    back = Refund(external_id="F1", amount=990)
    done = replace(
        CASE,
        status=CaseStatus.CLOSED_DONE,
        refunded_amount=990,
        refunds=(back,),
        channel_updated_at=at(5),
    )
    assert write(hands, "after_sales", done).changed == ["C1"]
    assert [r.amount for r in rows_of(hands.store, RefundRow)] == [990]


def test_a_redemption_stands_on_its_shops_trading_day(hands: Hands) -> None:
    write(hands, "redemptions", REDEMPTION)
    assert row(hands, KINDS["redemptions"]).business_date == hands.shop.owner.business_date(
        at(0)
    )


def test_an_open_case_is_due_again_and_a_closed_one_never(hands: Hands) -> None:
    closed = replace(CASE, external_id="C2", status=CaseStatus.CLOSED_REJECTED)
    write(hands, "after_sales", CASE, closed, reread_every=timedelta(hours=6))
    with hands.store.reading() as connection:
        due = records.due_for_reread(
            connection, KINDS["after_sales"], hands.shop.id, at(7 * 3600), 10
        )
    assert due == ["C1"]


def test_a_list_knows_what_it_had(hands: Hands) -> None:
    other = replace(PRODUCT, external_id="P2")
    kind = KINDS["products"]
    write(hands, "products", PRODUCT)
    write(hands, "products", other, stream="drafts")
    with hands.store.writing() as connection:
        assert records.listed_by(connection, kind, hands.shop.id, "products") == ["P1"]
        assert records.mark_missing(connection, kind, hands.shop.id, "P1", at(9), None)
        assert records.listed_by(connection, kind, hands.shop.id, "products") == []
    assert hands.changes()[-1].kind == "product.missing"


def test_the_feed_can_be_narrowed_to_kinds_and_cut_off_at_a_moment(hands: Hands) -> None:
    hands.write(an_order("A1", 0))
    write(
        hands,
        "after_sales",
        CASE,
        replace(CASE, external_id="C9", channel_created_at=at(90)),
    )
    write(hands, "products", PRODUCT)
    with hands.store.reading() as connection:
        cases = feed.changes(connection, 0, 10, kinds=("after_sale",))
        live = feed.changes(connection, 0, 10, created_since=at(60))
    assert [c.external_id for c in cases] == ["C1", "C9"]
    assert [c.external_id for c in live] == ["C9", "P1"]
