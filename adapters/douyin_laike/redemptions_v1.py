"""Redemptions (核销), first shape: one record for each use of a voucher.

Since 2022, until now. 2022: `records`, three amounts; since 2023 more amounts, and
`records_v2` beside `records` with the same uses: the newer list is read, the older where
it is empty. `total` counts the window. Every record bears the cursor of what follows it;
the list ends with a page that has no record. 2024 also `sku_info` for `sku` and
`platform_ticket_amount`. Neither the order nor, by the documents, the place is told: a
list of the places asked for tells it.
Source: page life.capacity.billing/certificate.verifyrecord.query; channel paper §3.4,
§6 V7, V8, §10.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter

from hub_core.models import Issue, Redemption, RedemptionStatus
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Epoch,
    Id,
    Page,
    SomeFlag,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    Text,
    Wire,
    Words,
    row_reader,
)

from . import lists
from .common import Seconds, ext

PATH = "/goodlife/v1/fulfilment/certificate/verify_record/query/"
PAGE_SIZE = 20
REDEEMED, CANCELLED, TIMES_CARD = "1", "2", "3"

STATUS = Words(
    {REDEEMED: RedemptionStatus.REDEEMED, CANCELLED: RedemptionStatus.CANCELLED},
    unknown=RedemptionStatus.UNKNOWN,
)


class RecordQuery(Ask):
    """Uses by the time they were made, in seconds; without a start the platform takes
    today's. The first cursor is "0", the next that of the last record. With `poi_ids`
    those made at these places alone, without at all places of the account."""

    account_id: str = Field(min_length=1)
    cursor: str = Field(default="0", min_length=1)
    size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE)
    poi_ids: list[str] | None = Field(default=None, min_length=1)
    start_time: Seconds
    end_time: Seconds


class Amount(Wire):
    """Fen. original = pay + payment discount + platform's + merchant's share."""

    original_amount: SomeWhole = None
    list_market_amount: SomeWhole = None
    pay_amount: SomeWhole = None
    payment_discount_amount: SomeWhole = None
    coupon_pay_amount: SomeWhole = None
    merchant_ticket_amount: SomeWhole = None
    platform_discount_amount: SomeWhole = None
    platform_ticket_amount: SomeWhole = None
    brand_ticket_amount: SomeWhole = None


class SerialAmount(Wire):
    """One use of a card (次卡): which, and its money."""

    serial_numb: SomePieces = None
    amount: Amount | None = None


class UseAmount(Wire):
    """The money of this use alone, where the voucher is good for several."""

    times_card_serial_amount: SerialAmount | None = None
    time_card_amount: SerialAmount | None = None


class Sku(Wire):
    """What was bought. groupon_type: 1 set meal, 2 cash voucher, 3 card of uses."""

    sku_id: SomeId = None
    title: SomeText = None
    groupon_type: SomeText = None
    third_sku_id: SomeText = None
    account_id: SomeId = None


class WireRecord(Wire):
    """One use. Times in seconds (ms are told by size)."""

    verify_id: Id
    verify_time: Epoch
    status: Text
    certificate_id: SomeId = None
    cancel_time: Epoch = None
    verify_type: SomeText = None
    can_cancel: SomeFlag = None
    order_id: SomeId = None
    poi_id: SomeId = None
    certificate_status: SomeText = None
    times_card_serial_num: SomePieces = None
    amount: Amount | None = None
    verify_amount_info: UseAmount | None = None
    sku: Sku | None = None
    sku_info: Sku | None = None


WIRE = TypeAdapter(WireRecord)
NOTHING, NO_SKU, NO_SERIAL = Amount(), Sku(), SerialAmount()


def read_redemption(wire: WireRecord) -> Redemption:
    """Raises ValueError when the record bears no time of use."""
    if wire.verify_time is None:
        raise ValueError("verify_time is missing")
    # A new word may be one of a use taken back, so only the old one denies it.
    cancelled = None if wire.status == REDEEMED else wire.cancel_time
    sku = wire.sku or wire.sku_info or NO_SKU
    serial = _serial(wire)
    money, issues = _money(wire, sku, serial)
    return Redemption(
        external_id=wire.verify_id,
        voucher_external_id=wire.certificate_id,
        status=STATUS[wire.status],
        status_raw=wire.status,
        redeemed_at=wire.verify_time,
        cancelled_at=cancelled,
        can_cancel=wire.can_cancel,
        order_external_id=wire.order_id,
        sku_external_id=sku.sku_id,
        sku_code=sku.third_sku_id,
        title=sku.title,
        place_external_id=wire.poi_id,
        type_raw=wire.verify_type,
        serial=serial.serial_numb or wire.times_card_serial_num or None,
        original_amount=money.original_amount,
        list_amount=money.list_market_amount,
        buyer_paid_amount=money.pay_amount,
        payment_discount_amount=money.payment_discount_amount,
        coupon_paid_amount=money.coupon_pay_amount,
        merchant_discount_amount=money.merchant_ticket_amount,
        platform_discount_amount=_platform(money),
        channel_created_at=wire.verify_time,
        # A cancellation is the only change there is: without its own time it still is
        # the later of two records with the time of use.
        channel_updated_at=max(wire.verify_time, cancelled or wire.verify_time),
        issues=(*_status_issues(wire), *issues),
        ext=ext(
            certificate_status=wire.certificate_status,
            groupon_type=sku.groupon_type,
            sku_account_id=sku.account_id,
            brand_ticket_amount=money.brand_ticket_amount,
        ),
    )


def _serial(wire: WireRecord) -> SerialAmount:
    use = wire.verify_amount_info or UseAmount()
    return use.times_card_serial_amount or use.time_card_amount or NO_SERIAL


def _money(
    wire: WireRecord, sku: Sku, serial: SerialAmount
) -> tuple[Amount, tuple[Issue, ...]]:
    """The money of this use. A card's own sum is no use's: it is left unsaid."""
    if serial.amount is not None:
        return serial.amount, _sums(serial.amount)
    if sku.groupon_type == TIMES_CARD:
        return NOTHING, (Issue("amounts", "of_the_whole_card"),)
    money = wire.amount or NOTHING
    return money, _sums(money)


def _sums(money: Amount) -> tuple[Issue, ...]:
    pay, off, both = (
        money.pay_amount,
        money.payment_discount_amount,
        money.coupon_pay_amount,
    )
    if pay is None or off is None or both is None or pay + off == both:
        return ()
    return (Issue("coupon_paid_amount", "does_not_add_up"),)


def _platform(money: Amount) -> int | None:
    said = money.platform_discount_amount
    return money.platform_ticket_amount if said is None else said


def _status_issues(wire: WireRecord) -> tuple[Issue, ...]:
    if wire.status not in STATUS:
        return (Issue("status", "unknown_word"),)
    if (wire.status == CANCELLED) != (wire.cancel_time is not None):
        return (Issue("cancelled_at", "contradicts_status"),)
    return ()


def read(data: JSON) -> Page:
    """A page of uses. The codes of their vouchers are left out of the raw rows too."""
    both = [lists.rows_of(data, name) for name in ("records_v2", "records")]
    about = Total.model_validate(data)
    if both == [None, None] and about.total is None:
        raise KeyError("records")
    rows = both[0] or both[1] or []
    return lists.read_list(
        lists.without_codes(rows),
        WIRE,
        read_redemption,
        lambda row: row["verify_id"],
        total=about.total,
        cursor=_cursor(rows, about.total),
    )


class Total(Wire):
    """How many uses the window has."""

    total: SomeWhole = None


def _cursor(rows: list[Any], total: int | None) -> str | None:
    """That of the last record; a page without any is the last.

    A page that is not full may still not be the last: no document says it is. Where the
    last record is broken, what follows the one before it is asked for, itself among it;
    and nothing where the page has all that is counted.
    """
    if not rows:
        return None
    told = [lists.name(row.get("cursor")) for row in rows if isinstance(row, dict)]
    if cursor := next((one for one in reversed(told) if one), None):
        return cursor
    if total is not None and len(rows) >= total:
        return None
    raise ValueError("no record has a cursor")


LIST = Call(
    name="redemptions.list",
    endpoint=PATH,
    ask=RecordQuery,
    read=read,
    method="GET",
    shape="redemptions_v1",
    status="simulated",
)
READ_ROW = row_reader(WIRE, read_redemption)
APART = ("place_external_id",)
"""Told by the list of which place the use was in."""
