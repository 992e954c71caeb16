"""An after-sale case: its words, and what it stands for.

Source: channel paper PDD §3 (after_sales_status), §4, §7.5; pages of
pdd.refund.list.increment.get and pdd.refund.information.get (copies of 2021 and 2024).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator

from hub_core.models import (
    AfterSale,
    AfterSaleKind,
    AfterSaleLine,
    CaseStatus,
    Issue,
    Refund,
)
from hub_core.wire import (
    Id,
    SomeId,
    SomePieces,
    SomeText,
    Text,
    Wire,
    Words,
    clock_text,
    epoch,
)

from .marks import Extras


def moment(value: Any) -> datetime | None:
    """Beijing's clock as text, or epoch seconds or ms as number or text."""
    is_number = isinstance(value, str) and value.isdecimal()
    return epoch(value) if is_number else clock_text(value)


Moment = Annotated[datetime | None, PlainValidator(moment)]

STATUS: Words[CaseStatus] = Words(
    {
        "2": CaseStatus.MERCHANT_REVIEW,
        "3": CaseStatus.MERCHANT_REVIEW,
        "4": CaseStatus.REFUNDING,
        "5": CaseStatus.REFUNDING,
        "6": CaseStatus.BUYER_RETURN,  # refused; the buyer may change it
        "7": CaseStatus.BUYER_RETURN,
        "8": CaseStatus.ARBITRATION,
        "9": CaseStatus.CLOSED_REJECTED,
        "10": CaseStatus.CLOSED_DONE,
        "11": CaseStatus.CLOSED_CANCELLED,
        "12": CaseStatus.CLOSED_CANCELLED,  # the buyer let the time go by
        "13": CaseStatus.CLOSED_CANCELLED,
        "14": CaseStatus.MERCHANT_REVIEW,
        "15": CaseStatus.BUYER_RETURN,
        "16": CaseStatus.CLOSED_DONE,
        "17": CaseStatus.CLOSED_REJECTED,
        "18": CaseStatus.BUYER_RETURN,  # to be confirmed by the buyer
        "21": CaseStatus.MERCHANT_REVIEW,
        "22": CaseStatus.BUYER_RETURN,
        "24": CaseStatus.CLOSED_CANCELLED,
        "25": CaseStatus.CLOSED_DONE,
        "27": CaseStatus.BUYER_RETURN,  # to be confirmed by the buyer
        "31": CaseStatus.BUYER_RETURN,  # the parcel is to be refused
        "32": CaseStatus.MERCHANT_SEND,
        "33": CaseStatus.MERCHANT_RECEIVE,  # the parcel is to be called back
    },
    unknown=CaseStatus.UNKNOWN,
)
REFUNDED = "10"

LISTED: Words[AfterSaleKind] = Words(
    {
        "2": AfterSaleKind.REFUND_ONLY,
        "3": AfterSaleKind.RETURN_REFUND,
        "4": AfterSaleKind.EXCHANGE,
        "5": AfterSaleKind.RESHIP,
        "6": AfterSaleKind.REPAIR,
    },
    unknown=AfterSaleKind.UNKNOWN,
)
"""`after_sales_type` of the list, where 1 asks for all."""
DETAILED: Words[AfterSaleKind] = Words(
    {str(int(word) - 1): kind for word, kind in LISTED.items()},
    unknown=AfterSaleKind.UNKNOWN,
)
"""The same field of a single case: one less."""
GOODS = (AfterSaleKind.EXCHANGE, AfterSaleKind.RESHIP, AfterSaleKind.REPAIR)
"""Kinds that are no matter of money."""
COMES_BACK = (
    AfterSaleKind.RETURN_REFUND,
    AfterSaleKind.EXCHANGE,
    AfterSaleKind.REPAIR,
)


class WireCase(Wire):
    """What a list's row and a single case share. The buyer's words stay unread."""

    id: Id
    after_sales_status: Text
    updated_time: Moment
    after_sales_type: SomeText = None
    order_sn: SomeId = None
    goods_id: SomeId = None
    goods_name: SomeText = None
    goods_number: SomePieces = None
    sku_id: SomeId = None
    outer_id: SomeText = None
    shipping_name: SomeText = None
    speed_refund_flag: SomeText = None
    dispute_refund_status: SomeText = None
    user_shipping_status: SomeText = None


class Told(NamedTuple):
    """What a row and a single case each tell in their own way. Amounts in fen."""

    kind: AfterSaleKind
    amount: int | None
    reason: str | None
    waybill: str | None
    applied_at: datetime | None
    deadline_at: datetime | None = None


def read_case(case: WireCase, told: Told) -> AfterSale:
    """The canonical case. Raises ValueError where a version time is missing."""
    if case.updated_time is None:
        raise ValueError("updated_time is missing")
    refunded = told.amount if case.after_sales_status == REFUNDED else None
    comes_back = told.kind in COMES_BACK
    return AfterSale(
        external_id=case.id,
        order_external_id=case.order_sn,
        kind=told.kind,
        kind_raw=case.after_sales_type,
        status=STATUS[case.after_sales_status],
        status_raw=case.after_sales_status,
        reason_raw=told.reason,
        applied_at=told.applied_at,
        deadline_at=told.deadline_at,
        requested_amount=None if told.kind in GOODS else told.amount,
        refunded_amount=refunded,
        return_carrier_name=case.shipping_name if comes_back else None,
        return_tracking_no=told.waybill if comes_back else None,
        channel_created_at=told.applied_at,
        channel_updated_at=case.updated_time,
        lines=_lines(case, told),
        refunds=_refunds(case, refunded),
        issues=_issues(case, told),
        ext=_extras(case),
    )


def _lines(case: WireCase, told: Told) -> tuple[AfterSaleLine, ...]:
    """What it is about by its SKU: lines have no id on the platform."""
    if case.sku_id is None and case.goods_id is None:
        return ()
    return (
        AfterSaleLine(
            product_external_id=case.goods_id,
            sku_external_id=case.sku_id,
            sku_code=case.outer_id,
            title=case.goods_name,
            quantity=case.goods_number,
            requested_amount=None if told.kind in GOODS else told.amount,
        ),
    )


def _refunds(case: WireCase, refunded: int | None) -> tuple[Refund, ...]:
    if case.after_sales_status != REFUNDED:
        return ()
    return (
        Refund(external_id=case.id, amount=refunded, status_raw=case.after_sales_status),
    )


def _issues(case: WireCase, told: Told) -> tuple[Issue, ...]:
    issues = []
    if case.after_sales_status not in STATUS:
        issues.append(Issue("status", "unknown_word"))
    if told.kind is AfterSaleKind.UNKNOWN and case.after_sales_type is not None:
        issues.append(Issue("kind", "unknown_word"))
    if case.after_sales_status == REFUNDED and told.amount is None:
        issues.append(Issue("refunded_amount", "not_told"))
    return tuple(issues)


def _extras(case: WireCase) -> Extras:
    found: Extras = {
        "pdd:speed_refund_flag": case.speed_refund_flag,
        "pdd:dispute_refund_status": case.dispute_refund_status,
        "pdd:user_shipping_status": case.user_shipping_status,
    }
    return {name: value for name, value in found.items() if value is not None}
