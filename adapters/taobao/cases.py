"""An after-sale case as taobao.refund.get gives it, and what it stands for.

What no version has changed; each says how a case tells its kind. Amounts are yuan on the
wire, times Beijing's. Source: request and response fields of taobao.refund.get and
taobao.refunds.receive.get (developer.alibaba.com, articles 53 and 52); paper §4, §7.8, §8.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

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
    ClockText,
    Id,
    Page,
    SomeId,
    SomePieces,
    SomeText,
    SomeWhole,
    SomeYuan,
    Text,
    Wire,
    Words,
)

from .common import ListAsk, Names, read_page
from .trade import Yes, fields
from .words import REFUNDED, look_up

REFUNDS = Names("refunds", "refund", "refund_id")

STATUS: Words[CaseStatus] = Words(
    {
        "WAIT_SELLER_AGREE": CaseStatus.MERCHANT_REVIEW,
        "WAIT_BUYER_RETURN_GOODS": CaseStatus.BUYER_RETURN,
        "WAIT_SELLER_CONFIRM_GOODS": CaseStatus.MERCHANT_RECEIVE,
        # Refused, not over: the buyer may change it or call the platform in.
        "SELLER_REFUSE_BUYER": CaseStatus.BUYER_RETURN,
        # The goods were exchanged and sent; the buyer has to confirm them.
        "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": CaseStatus.BUYER_RETURN,
        "WAIT_SELLER_CONSIGN_GOODS": CaseStatus.MERCHANT_SEND,
        # The exchange is off and a refund takes its place.
        "EXCHANGE_TRANSFORM_TO_REFUND": CaseStatus.REFUNDING,
        # By whom it was closed (buyer, time, refusal) TOP does not say.
        "CLOSED": CaseStatus.CLOSED_CANCELLED,
        REFUNDED: CaseStatus.CLOSED_DONE,
    },
    unknown=CaseStatus.UNKNOWN,
)
CLOSED = (CaseStatus.CLOSED_DONE, CaseStatus.CLOSED_CANCELLED)
EXCHANGING = (
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS",
    "WAIT_SELLER_CONSIGN_GOODS",
)
"""Words that only a case of exchanged goods has."""
IN_DISPUTE = (2, 3, 4, 5, 10, 11)
"""`cs_status` while the platform's own people are asked or at work: called for (2), in it
(3), after their first look (4, 5), gathering proof (10), open to appeal (11)."""
MONEY = (
    AfterSaleKind.REFUND_ONLY,
    AfterSaleKind.RETURN_REFUND,
    AfterSaleKind.PRICE_ADJUST,
)
"""Kinds whose success means that money went back."""
GOODS = (AfterSaleKind.EXCHANGE, AfterSaleKind.REPAIR, AfterSaleKind.RESHIP)
"""Kinds that succeed without any money, whatever `refund_fee` says of the goods' worth."""


class Timeout(Wire):
    """When the platform decides by itself, if it will."""

    exist_timeout: Yes = None
    timeout: ClockText = None


class Case(Wire):
    """One case. It is about one line; the buyer's name and words are left unread."""

    refund_id: Id
    status: Text
    tid: SomeId = None
    oid: SomeId = None
    """Equal to `tid` where the trade has one line."""
    created: ClockText = None
    modified: ClockText = None
    """Not among the fields the page says can be asked for, but among those it answers."""
    refund_fee: SomeYuan = None
    """What goes to the buyer: asked for until SUCCESS, given back then."""
    total_fee: SomeYuan = None
    payment: SomeYuan = None
    """What stays with the seller: `total_fee` less what went back."""
    has_good_return: Yes = None
    reason: SomeText = None
    """One of the platform's own texts, which the buyer picks."""
    num_iid: SomeId = None
    sku: SomeText = None
    """`30004447689|颜色分类:军绿色;尺码:XS`: the SKU's id, a bar, its properties."""
    outer_id: SomeText = None
    title: SomeText = None
    num: SomePieces = None
    company_name: SomeText = None
    sid: SomeText = None
    """The waybill of what the buyer sends back."""
    good_return_time: ClockText = None
    good_status: SomeText = None
    order_status: SomeText = None
    cs_status: SomeWhole = None
    refund_phase: SomeText = None
    refund_version: SomeText = None
    operation_contraint: SomeText = None
    """TOP's own spelling: cannot_refuse, refund_onweb."""
    refund_remind_timeout: Timeout | None = None
    seller_nick: SomeText = None

    @property
    def ended(self) -> datetime | None:
        """When it ended, where the version tells it."""
        return None

    @property
    def gave_nothing(self) -> bool:
        """It succeeded, and all of the money there was is still the seller's. Then it was
        no refund, though it may not say what it was."""
        if not self.total_fee or not _succeeded(self):
            return False
        return self.payment == self.total_fee or self.refund_fee == 0


class CaseListAsk(ListAsk):
    """Cases by modification time. Left out, `type` means two kinds of trade only."""

    fields_: str = Field("refund_id,modified,status", serialization_alias="fields")


def read_cases(body: JSON) -> Page:
    """A page of cases by name."""
    return read_page(body, REFUNDS)


def case_fields(wire: type[Case]) -> str:
    """What to ask for. `desc`, the buyer's own words, is for the sealed record alone."""
    return f"{fields(wire)},desc"


def read_case(
    case: Case, kind: AfterSaleKind, kind_raw: str | None, *, gives_money: bool
) -> AfterSale:
    """The canonical case. `gives_money`: its success means that money went back."""
    status = _status(case)
    untold = kind is AfterSaleKind.UNKNOWN and case.gave_nothing
    requested = None if untold or kind in GOODS else case.refund_fee
    refunded = case.refund_fee if gives_money and _succeeded(case) else None
    return AfterSale(
        external_id=case.refund_id,
        order_external_id=case.tid,
        kind=kind,
        kind_raw=kind_raw,
        status=status,
        status_raw=case.status,
        reason_raw=case.reason,
        line_external_id=case.oid,
        applied_at=case.created,
        deadline_at=None if status in CLOSED else _deadline(case),
        completed_at=case.ended if status in CLOSED else None,
        requested_amount=requested,
        refunded_amount=refunded,
        return_carrier_name=case.company_name,
        return_tracking_no=case.sid,
        version_raw=case.refund_version,
        channel_created_at=case.created,
        channel_updated_at=case.modified,
        lines=_lines(case, requested),
        refunds=_refunds(case, refunded),
        issues=_issues(case, status, kind, refunded),
        ext=_extras(case),
    )


def kind_untold(case: Case) -> AfterSaleKind:
    """The kind of a case that does not name it: by whether goods come back. An exchange
    brings some back too, so that its words and the money speak first."""
    if case.status.partition("(")[0] in EXCHANGING:
        return AfterSaleKind.EXCHANGE
    if case.has_good_return is None or case.gave_nothing:
        return AfterSaleKind.UNKNOWN
    returns = case.has_good_return
    return AfterSaleKind.RETURN_REFUND if returns else AfterSaleKind.REFUND_ONLY


def _status(case: Case) -> CaseStatus:
    status = look_up(STATUS, case.status)
    if case.cs_status in IN_DISPUTE and status not in (*CLOSED, CaseStatus.UNKNOWN):
        return CaseStatus.ARBITRATION
    return status


def _succeeded(case: Case) -> bool:
    return look_up(STATUS, case.status) is CaseStatus.CLOSED_DONE


def _deadline(case: Case) -> datetime | None:
    limit = case.refund_remind_timeout
    return None if limit is None or limit.exist_timeout is False else limit.timeout


def _lines(case: Case, requested: int | None) -> tuple[AfterSaleLine, ...]:
    if case.oid is None and case.num_iid is None:
        return ()
    line = AfterSaleLine(
        line_external_id=case.oid,
        product_external_id=case.num_iid,
        sku_external_id=_sku_id(case.sku),
        sku_code=case.outer_id,
        title=case.title,
        quantity=case.num if case.num and case.num > 0 else None,
        requested_amount=requested,
    )
    return (line,)


def _sku_id(sku: str | None) -> str | None:
    """What stands before the bar, if it is an id."""
    found = (sku or "").partition("|")[0].strip()
    return found if found.isascii() and found.isdecimal() and found != "0" else None


def _refunds(case: Case, refunded: int | None) -> tuple[Refund, ...]:
    """The money leg; TOP knows no id of its own for it."""
    if not refunded:
        return ()
    leg = Refund(
        external_id=case.refund_id,
        amount=refunded,
        status_raw=case.status,
        succeeded_at=case.ended,
    )
    return (leg,)


def _issues(
    case: Case, status: CaseStatus, kind: AfterSaleKind, refunded: int | None
) -> tuple[Issue, ...]:
    issues = []
    if status is CaseStatus.UNKNOWN:
        issues.append(Issue("status", "unknown_word"))
    if kind is AfterSaleKind.UNKNOWN:
        issues.append(Issue("kind", "unknown_word"))
        if _succeeded(case) and refunded is None and case.refund_fee:
            issues.append(Issue("refunded_amount", "kind_unknown"))
    if case.modified is None:
        issues.append(Issue("channel_updated_at", "missing"))
    return tuple(issues)


def _extras(case: Case) -> dict[str, str | int | bool | None]:
    extras: dict[str, Any] = {
        "taobao:good_status": case.good_status,
        "taobao:order_status": case.order_status,
        "taobao:cs_status": case.cs_status,
        "taobao:refund_phase": case.refund_phase,
        "taobao:operation_constraint": case.operation_contraint,
    }
    return {name: value for name, value in extras.items() if value is not None}
