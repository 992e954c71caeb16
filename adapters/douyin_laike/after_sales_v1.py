"""After-sale cases (退款单), first shape: refunds of vouchers, with what each gave back.

Since 2023, until now; akte in its path, yet for every industry. A list by the time a
refund was made or was done, near real time only (2 s on average, p99 minutes), of one
exact account; a lookup by the order's id. The words of refund_status are mark B: 9 made,
10 being judged, 20 agreed, 25 refused, 30 before the platform, 40 called off, 50 money
back, 59 failed. A row without it is told by `status`, by the same words (mark C).
Source: pages groupon-refund/refund-list-query and groupon-refund/after-sale-order-detail;
channel paper §3.5.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from hub_core.models import (
    AfterSale,
    AfterSaleKind,
    AfterSaleLine,
    CaseStatus,
    Issue,
    Refund,
)
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Epoch,
    Id,
    Page,
    SomeId,
    SomeText,
    SomeWhole,
    Wire,
    Words,
    row_reader,
)

from . import lists, money
from .common import Seconds, ext
from .lines import distinct

LIST_PATH = "/goodlife/v1/akte/after_sale/order/query/"
ORDER_PATH = "/goodlife/v1/akte/after_sale/order_detail/get/"
ROWS = "after_sale_order_list"
AGREED, DONE, FAILED = "20", "50", "59"

STATUS = Words(
    {
        "9": CaseStatus.MERCHANT_REVIEW,
        "10": CaseStatus.MERCHANT_REVIEW,
        AGREED: CaseStatus.REFUNDING,
        "25": CaseStatus.CLOSED_REJECTED,
        "30": CaseStatus.ARBITRATION,
        "40": CaseStatus.CLOSED_CANCELLED,
        DONE: CaseStatus.CLOSED_DONE,
        # Agreed and not given back: still owed, and no word of the hub's own.
        FAILED: CaseStatus.REFUNDING,
    },
    unknown=CaseStatus.UNKNOWN,
)


class RefundQuery(Ask):
    """Refunds by the time they were made or done, in seconds; both ends or none."""

    account_id: str = Field(min_length=1)
    page_size: int = Field(default=100, ge=1, le=100)
    cursor: str = Field(default="0", min_length=1)
    refund_status: int | None = None
    create_order_start_time: Seconds | None = None
    create_order_end_time: Seconds | None = None
    refund_done_start_time: Seconds | None = None
    refund_done_end_time: Seconds | None = None

    @model_validator(mode="after")
    def _spans(self) -> RefundQuery:
        for name in ("create_order", "refund_done"):
            start, end = (getattr(self, f"{name}_{at}_time") for at in ("start", "end"))
            if (start is None) != (end is None):
                raise ValueError(f"{name}: both ends of a time span or none")
            if start is not None and start > end:
                raise ValueError(f"{name}: the span ends before it starts")
        return self


class OrderRefunds(Ask):
    """The refunds of one order, or of one voucher of it."""

    account_id: str = Field(min_length=1)
    order_id: str = Field(min_length=1)
    certificate_id: str | None = None


def _one(value: Any) -> Any:
    """A word that may come as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class ShownReason(Wire):
    """A reason the buyer picked. Its text is the platform's own."""

    reason_code: SomeText = None


class Reason(Wire):
    """Why. `desc` is the buyer's own words and is left alone."""

    reason_code: list[SomeText] | None = None
    show_reason: list[ShownReason] | None = None


class Amounts(Wire):
    """Fen: what is asked for, what the buyer and the platform get, what is kept back."""

    total_refund_amount: SomeWhole = None
    real_refund_amount: SomeWhole = None
    user_refund_amount: SomeWhole = None
    market_refund_amount: SomeWhole = None
    platform_market_refund_amount: SomeWhole = None
    deduct_fee_amount: SomeWhole = None


class WireRefund(Amounts):
    """The refund of one voucher."""

    certificate_id: SomeId = None
    refund_id: SomeId = None
    refund_status: Annotated[SomeText, BeforeValidator(_one)] = None
    times_card_refund_info_list: list[Any] | None = None


class WireCase(Amounts):
    """One case. Times in seconds (ms are told by size)."""

    after_sale_id: Id
    order_id: SomeId = None
    status: SomeText = None
    refund_status: Annotated[SomeText, BeforeValidator(_one)] = None
    refund_type: SomeText = None
    trade_type: SomeText = None
    order_type: SomeText = None
    create_time: Epoch = None
    update_time: Epoch
    audit_time: Epoch = None
    complete_time: Epoch = None
    audit_result: SomeText = None
    reason: Reason | None = None
    merchant_account_id: SomeId = None
    out_biz_after_sale_id: SomeId = None
    out_refund_payment_id: SomeId = None
    refund_amount: SomeWhole = None
    refund_info_list: list[WireRefund] | None = None


WIRE = TypeAdapter(WireCase)


def read_case(wire: WireCase) -> AfterSale:
    """Raises ValueError when the case bears no word of state or no time of change."""
    word = wire.refund_status or wire.status
    if word is None:
        raise ValueError("refund_status is missing")
    if wire.update_time is None:
        raise ValueError("update_time is missing")
    parts = wire.refund_info_list or []
    refunds = tuple(_refunds(wire, word, parts))
    back = _back(wire, word, refunds)
    return AfterSale(
        external_id=wire.after_sale_id,
        order_external_id=wire.order_id,
        # A voucher has nothing to send back.
        kind=AfterSaleKind.REFUND_ONLY,
        kind_raw=wire.refund_type,
        status=STATUS[word],
        status_raw=word,
        reason_raw=_reason(wire.reason),
        applied_at=wire.create_time,
        decided_at=wire.audit_time,
        completed_at=wire.complete_time,
        requested_amount=money.first(wire.refund_amount, wire.total_refund_amount),
        refunded_amount=back,
        channel_created_at=wire.create_time,
        channel_updated_at=wire.update_time,
        lines=tuple([_line(part) for part in parts]),
        refunds=refunds,
        issues=_issues(word, back, refunds),
        ext=ext(
            audit_result=wire.audit_result,
            trade_type=wire.trade_type,
            order_type=wire.order_type,
            merchant_account_id=wire.merchant_account_id,
            out_biz_after_sale_id=wire.out_biz_after_sale_id,
            market_refund_amount=wire.market_refund_amount,
        ),
    )


def _line(part: WireRefund) -> AfterSaleLine:
    """One voucher; of a card as many uses as are given back."""
    return AfterSaleLine(
        voucher_external_id=part.certificate_id,
        quantity=len(part.times_card_refund_info_list or ()) or None,
        requested_amount=part.total_refund_amount,
    )


def _refunds(wire: WireCase, word: str, parts: list[WireRefund]) -> list[Refund]:
    """Money that went back or is on its way; a request is none."""
    if not parts and word in (AGREED, DONE):
        name = wire.out_refund_payment_id or wire.after_sale_id
        return [_refund(name, wire, word, wire, None)]
    moved = [p for p in parts if (p.refund_status or word) in (AGREED, DONE)]
    ids = [part.refund_id or part.certificate_id or "" for part in moved]
    return [
        _refund(name, part, part.refund_status or word, wire, part.certificate_id)
        for name, part in zip(distinct(ids, wire.after_sale_id), moved, strict=True)
    ]


def _refund(
    name: str, sums: Amounts, word: str, wire: WireCase, voucher: str | None
) -> Refund:
    return Refund(
        external_id=name,
        amount=money.first(sums.real_refund_amount, sums.total_refund_amount),
        buyer_amount=sums.user_refund_amount,
        platform_amount=sums.platform_market_refund_amount,
        fee_amount=sums.deduct_fee_amount,
        status_raw=word,
        voucher_external_id=voucher,
        succeeded_at=wire.complete_time if word == DONE else None,
    )


def _back(wire: WireCase, word: str, refunds: tuple[Refund, ...]) -> int | None:
    """What went back: the case's own sum when it is done, else that of its done parts."""
    done = [one.amount for one in refunds if one.status_raw == DONE]
    if word == DONE:
        own = money.first(wire.real_refund_amount, wire.total_refund_amount)
        return money.first(own, money.total(done))
    return money.total(done)


def _issues(word: str, back: int | None, refunds: tuple[Refund, ...]) -> tuple[Issue, ...]:
    found = [] if word in STATUS else [Issue("status", "unknown_word")]
    if word == FAILED:
        found.append(Issue("status", "refund_failed"))
    if word == DONE and back is None:
        found.append(Issue("refunded_amount", "missing"))
    done = money.total([one.amount for one in refunds if one.status_raw == DONE])
    if None not in (back, done) and back != done:
        found.append(Issue("refunds", "does_not_add_up"))
    return tuple(found)


def _reason(reason: Reason | None) -> str | None:
    """The codes of the reasons picked; never the words."""
    if reason is None:
        return None
    codes = reason.reason_code or [one.reason_code for one in reason.show_reason or ()]
    return ",".join([code for code in codes if code]) or None


def read(data: JSON) -> Page:
    """A page of cases. Voucher codes are left out of the raw rows too."""
    rows = lists.rows_of(data, ROWS)
    return _page(rows or [], cursor=lists.onward(data, ROWS, rows), has_more=_more(data))


def read_of_order(data: JSON) -> Page:
    """Every case of one order. Raises KeyError where there is no list."""
    rows = lists.rows_of(data, ROWS)
    if rows is None:
        raise KeyError(ROWS)
    return _page(rows)


def _page(rows: list[Any], **about: Any) -> Page:
    plain = lists.without_codes(rows)
    return lists.read_list(plain, WIRE, read_case, lambda r: r["after_sale_id"], **about)


def _more(data: JSON) -> bool | None:
    return lists.Onward.model_validate(data).has_more


LIST = Call(
    name="after_sales.list",
    endpoint=LIST_PATH,
    ask=RefundQuery,
    read=read,
    method="GET",
    shape="after_sales_v1",
    status="simulated",
)
OF_ORDER = Call(
    name="after_sales.of_order",
    endpoint=ORDER_PATH,
    ask=OrderRefunds,
    read=read_of_order,
    method="GET",
    shape="after_sales_v1",
    status="simulated",
)
READ_ROW = row_reader(WIRE, read_case)
