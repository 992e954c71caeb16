"""Service bills (服务单), first and only shape: `asc.sync.list` by change, money apart.

`asc.sync.list` names bills by the time of their change and tells their state and version;
`asc.query.list` tells more of one (who checked it, when) but neither time of change nor
version. Neither knows what was given back: `asc.serviceAndRefund.view` does, by order. Its
`refoundAmount` (the platform's spelling) is not said to be fen or yuan, and clients differ;
it is read as told, and an amount whose unit is only assumed carries an issue. `operatePin`
is any name of the caller's. Times are epoch ms, or text.
Source: channel paper JD §4; official pages of the three (apiId 2171, 2136, 3405; copy in
lostinfo/jos-open-api); states and expectations as clients list them (B).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from hub_core.models import (
    AfterSale,
    AfterSaleKind,
    AfterSaleLine,
    CaseStatus,
    Issue,
    Record,
)
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    ClockText,
    Fetched,
    Id,
    Misread,
    Page,
    Ref,
    SomeId,
    SomeText,
    Text,
    Wire,
    Words,
    complaint,
)

from .asks import BeijingText
from .bill_money import Money, with_money, without_money
from .cases import SERVICE
from .pages import COUNT, bare, one_of, part_of, refuse_hollow

__all__ = ["GET", "LIST", "MONEY", "QUERY", "WITHOUT_MONEY", "with_money", "without_money"]

SHAPE = "service_bills_v1"
STATES: Words[CaseStatus] = Words(
    {
        "10000": CaseStatus.MERCHANT_REVIEW,
        "10001": CaseStatus.MERCHANT_REVIEW,
        "10002": CaseStatus.BUYER_RETURN,  # the buyer has to answer
        "10004": CaseStatus.CLOSED_REJECTED,
        "10005": CaseStatus.MERCHANT_RECEIVE,
        "10006": CaseStatus.MERCHANT_RECEIVE,
        "10007": CaseStatus.MERCHANT_RECEIVE,  # received, to be dealt with
        "10009": CaseStatus.BUYER_RETURN,  # the buyer has to confirm
        "10010": CaseStatus.CLOSED_DONE,
        "10011": CaseStatus.CLOSED_CANCELLED,
        "10012": CaseStatus.MERCHANT_REVIEW,  # the buyer has answered
        "10013": CaseStatus.MERCHANT_REVIEW,
        "10041": CaseStatus.REFUNDING,
    },
    unknown=CaseStatus.UNKNOWN,
)
KINDS: Words[AfterSaleKind] = Words(
    {
        "10": AfterSaleKind.RETURN_REFUND,
        "11": AfterSaleKind.REFUND_ONLY,
        "20": AfterSaleKind.EXCHANGE,
        "30": AfterSaleKind.REPAIR,
        "70": AfterSaleKind.REPAIR,  # at the buyer's home
        "80": AfterSaleKind.RESHIP,
    },
    unknown=AfterSaleKind.UNKNOWN,
)
"""By what the buyer expects; what it comes to may differ."""
WITHOUT_MONEY = (
    CaseStatus.MERCHANT_REVIEW,
    CaseStatus.CLOSED_REJECTED,
    CaseStatus.CLOSED_CANCELLED,
)
"""While a bill is there, no money has moved."""


class SyncAsk(Ask):
    """A page of bills by the time of their last change; pages of at most 50."""

    vender: str = Field(min_length=1, serialization_alias="buId")
    operator: str = Field(min_length=1, serialization_alias="operatePin")
    nick: str = Field(min_length=1, serialization_alias="operateNick")
    since: BeijingText = Field(serialization_alias="updateTimeBegin")
    until: BeijingText = Field(serialization_alias="updateTimeEnd")
    page: int = Field(ge=1, serialization_alias="pageNumber")
    page_size: int = Field(ge=1, le=50, serialization_alias="pageSize")


class GetAsk(Ask):
    """One bill by its number."""

    vender: str = Field(min_length=1, serialization_alias="buId")
    operator: str = Field(min_length=1, serialization_alias="operatePin")
    nick: str = Field(min_length=1, serialization_alias="operateNick")
    number: int = Field(ge=1, serialization_alias="serviceId")
    page: int = Field(1, ge=1, serialization_alias="pageNumber")
    page_size: int = Field(10, ge=1, le=50, serialization_alias="pageSize")


class MoneyAsk(Ask):
    """What was given back for an order; pages of at most 50."""

    order: int = Field(ge=1, serialization_alias="orderId")
    page: int = Field(1, ge=1, serialization_alias="pageNumber")
    page_size: int = Field(50, ge=1, le=50, serialization_alias="pageSize")


class WireBill(Wire):
    """A bill as either list gives it. The buyer and their words are left unread."""

    model_config = ConfigDict(alias_generator=to_camel)

    service_id: Id
    service_status: Text
    order_id: SomeId = None
    customer_expect: SomeText = None
    apply_time: ClockText = None
    update_time: ClockText = None
    update_date: ClockText = None
    approve_time: ClockText = None
    process_time: ClockText = None
    sku_id: SomeId = None
    ware_name: SomeText = None
    express_code: SomeText = None
    """The waybill of what the buyer sends back."""
    sys_version: SomeText = None
    """Wanted back with each step that is taken."""
    question_type_cid1: SomeText = None
    question_type_cid2: SomeText = None
    order_type: SomeText = None
    pickware_type: SomeText = None
    platform_src: SomeText = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        return bare(row, "serviceBrief")

    @property
    def changed(self) -> datetime | None:
        """Its time of change. The time of a step is older, and none in its place."""
        return self.update_time or self.update_date


_BILL: TypeAdapter[WireBill] = TypeAdapter(WireBill)


def read_bill(wire: WireBill) -> AfterSale:
    """The canonical case, as yet without money."""
    status, kind = STATES[wire.service_status], KINDS[wire.customer_expect or ""]
    over = status in (CaseStatus.CLOSED_DONE, CaseStatus.CLOSED_REJECTED)
    return AfterSale(
        external_id=f"{SERVICE}{wire.service_id}",
        order_external_id=wire.order_id,
        kind=kind,
        kind_raw=wire.customer_expect,
        status=status,
        status_raw=wire.service_status,
        reason_raw=_reason(wire),
        applied_at=wire.apply_time,
        decided_at=wire.approve_time,
        completed_at=wire.process_time if over else None,
        return_tracking_no=wire.express_code,
        version_raw=wire.sys_version,
        channel_created_at=wire.apply_time,
        channel_updated_at=wire.changed,
        lines=_lines(wire),
        issues=_issues(wire, status, kind),
        ext=_extras(wire),
    )


def _reason(wire: WireBill) -> str | None:
    """The platform's two levels of question, by their codes."""
    codes = [c for c in (wire.question_type_cid1, wire.question_type_cid2) if c]
    return "/".join(codes) or None


def _lines(wire: WireBill) -> tuple[AfterSaleLine, ...]:
    if wire.sku_id is None:
        return ()
    return (AfterSaleLine(sku_external_id=wire.sku_id, title=wire.ware_name),)


def _issues(wire: WireBill, status: CaseStatus, kind: AfterSaleKind) -> tuple[Issue, ...]:
    issues = []
    if status is CaseStatus.UNKNOWN:
        issues.append(Issue("status", "unknown_word"))
    if kind is AfterSaleKind.UNKNOWN:
        issues.append(Issue("kind", "unknown_word"))
    if wire.changed is None:
        issues.append(Issue("channel_updated_at", "missing"))
    return tuple(issues)


def _extras(wire: WireBill) -> dict[str, str | int | bool | None]:
    found = {
        "jd:order_type": wire.order_type,
        "jd:pickup_type": wire.pickware_type,
        "jd:platform_source": wire.platform_src,
    }
    return {name: value for name, value in found.items() if value is not None}


# Lists ---------------------------------------------------------------------------------


def bill_name(row: Any) -> str | None:
    """The id of a bill that could not be read."""
    number = bare(row, "serviceBrief")["serviceId"]
    return f"{SERVICE}{number}" if isinstance(number, str | int) else None


def _rows(found: JSON, what: str) -> list[Any]:
    rows = found.get("data")
    if rows is not None and not isinstance(rows, list):
        raise ValueError(f"a list of {what}, not {type(rows).__name__}")
    return rows or []


def read_page(inner: JSON) -> Page:
    """A page of bills by name."""
    found = part_of(inner, "pageResult")
    items = tuple([_named(row) for row in _rows(found, "bills")])
    return Page(items, total=COUNT.validate_python(found["totalCount"]))


def _named(row: Any) -> Ref | Misread:
    try:
        bill = _BILL.validate_python(row)
    except ValidationError as error:
        return _unnamed(row, complaint(error))
    return Ref(f"{SERVICE}{bill.service_id}", bill.changed, bill.service_status)


def _unnamed(row: Any, why: str) -> Ref | Misread:
    """A row whose number can be read is fetched by it."""
    try:
        name = bill_name(row)
    except (KeyError, TypeError):
        name = None
    return Misread(None, why, row) if name in (None, SERVICE) else Ref(str(name))


def read_one(inner: JSON) -> Fetched | Misread | None:
    """The bill that was asked for by its number; None where there is none."""
    found = part_of(inner, "pageResult") if inner else {}
    rows = _rows(found, "bills")
    refuse_hollow(rows, found.get("totalCount"))
    if len(rows) > 1:
        raise ValueError("one bill, not several")
    return one_of(rows[0], _BILL, read_bill, bill_name) if rows else None


def read_money(inner: JSON) -> Money:
    """A page of what was given back for an order. An order without any has none."""
    found = part_of(inner, "pageResult")
    rows = [bare(row, "orderAfsAndRefund") for row in _rows(found, "refunds")]
    return Money(tuple(rows), COUNT.validate_python(found["totalCount"]))


def read_row(row: JSON, facts: Mapping[str, str]) -> Record:
    """A kept bill, with what was given back where that stands beside it.

    Raises ValueError where its money cannot be read.
    """
    bill = Fetched(read_bill(_BILL.validate_python(row)), row)
    money = row.get("orderAfsAndRefund")
    if money is None:
        return (without_money(bill) if _has_money(bill.record) else bill).record
    told = with_money(bill, money, facts.get("service_money_unit", ""))
    if isinstance(told, Misread):
        raise ValueError(told.reason)
    return told.record


def _has_money(case: Record) -> bool:
    assert isinstance(case, AfterSale)
    return case.status not in WITHOUT_MONEY and case.order_external_id is not None


READ_ROW = read_row
LIST: Call[Page] = Call(
    name="service_bills.list",
    endpoint="jingdong.asc.sync.list",
    ask=SyncAsk,
    read=read_page,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread | None] = Call(
    name="service_bills.get",
    endpoint="jingdong.asc.sync.list",
    ask=GetAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
QUERY: Call[Fetched | Misread | None] = Call(
    name="service_bills.query.get",
    endpoint="jingdong.asc.query.list",
    ask=GetAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
MONEY: Call[Money] = Call(
    name="service_bills.money",
    endpoint="jingdong.asc.serviceAndRefund.view",
    ask=MoneyAsk,
    read=read_money,
    shape=SHAPE,
    status="simulated",
)
