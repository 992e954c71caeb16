"""After-sales, first and only shape: a list of whole cases, and a single one.

The two do not agree: the list writes yuan texts and kinds from 2, the single case numbers
in fen (C) and kinds from 1. Up to 2020 the list could be asked for all states (1); later
pages name none for that, so that each is asked for (channel paper PDD §7.5).
Source: channel paper PDD §3, §4; pages of pdd.refund.list.increment.get and
pdd.refund.information.get; official sample of 2018-09.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, TypeAdapter

from hub_core.models import AfterSale
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Misread,
    Page,
    SomeText,
    SomeWhole,
    SomeYuan,
)

from .asks import EpochSeconds
from .cases import DETAILED, LISTED, Moment, Told, WireCase, read_case
from .pages import one_of, page_of
from .rules import DEFAULT, Rules

SHAPE = "after_sales_v1"
EVERY_KIND = 1
LIST_ONLY = frozenset({"created_time", "after_sale_reason", "tracking_number"})
DETAIL_ONLY = frozenset({"recreated_at", "after_sales_reason", "express_no"})
"""Fields that only a listed case has, and only a single one."""


class ListAsk(Ask):
    """A page of cases in one state by the time of their last change, at most half an hour
    of it. The list counts and never says whether others follow."""

    since: EpochSeconds = Field(serialization_alias="start_updated_at")
    until: EpochSeconds = Field(serialization_alias="end_updated_at")
    state: int = Field(serialization_alias="after_sales_status", ge=0)
    kind: int = Field(EVERY_KIND, serialization_alias="after_sales_type")
    page: int = Field(ge=1)
    page_size: int = Field(ge=1, le=100)


class GetAsk(Ask):
    """One case, which has to be named together with its order."""

    order_sn: str = Field(min_length=1)
    after_sales_id: int = Field(ge=1)


class WireRow(WireCase):
    """A row of the list. Amounts are yuan texts."""

    refund_amount: SomeYuan = None
    after_sale_reason: SomeText = None
    tracking_number: SomeText = None
    created_time: Moment = None


class WireFen(WireCase):
    """A single case, its amount in fen. Times may be numbers."""

    refund_amount: SomeWhole = None
    after_sales_reason: SomeText = None
    express_no: SomeText = None
    recreated_at: Moment = None
    expire_time: Moment = None


class WireYuan(WireFen):
    """The same, its amount in yuan."""

    refund_amount: SomeYuan = None


ROW: TypeAdapter[WireRow] = TypeAdapter(WireRow)
FEN: TypeAdapter[WireFen] = TypeAdapter(WireFen)
YUAN: TypeAdapter[WireYuan] = TypeAdapter(WireYuan)


def read_listed(row: WireRow) -> AfterSale:
    """A listed case."""
    return read_case(
        row,
        Told(
            kind=LISTED[row.after_sales_type or ""],
            amount=row.refund_amount,
            reason=row.after_sale_reason,
            waybill=row.tracking_number,
            applied_at=row.created_time,
        ),
    )


def read_detail(case: WireFen) -> AfterSale:
    """A single case. `recreated_at` is when it was last asked for."""
    return read_case(
        case,
        Told(
            kind=DETAILED[case.after_sales_type or ""],
            amount=case.refund_amount,
            reason=case.after_sales_reason,
            waybill=case.express_no,
            applied_at=case.recreated_at,
            deadline_at=case.expire_time,
        ),
    )


def read_page(inner: JSON) -> Page:
    """A page of the list."""
    return page_of(inner, "refund_list", "id", ROW, read_listed)


def read_one(inner: JSON, rules: Rules = DEFAULT) -> Fetched | Misread | None:
    """One case, or None."""
    if rules.case_detail_unit == "yuan":
        return one_of(inner, "id", YUAN, read_detail)
    return one_of(inner, "id", FEN, read_detail)


def read_row(row: JSON, facts: Mapping[str, str]) -> AfterSale:
    """A kept case, listed or single: only the names of their fields tell which, and their
    amounts are not of one unit. Raises ValueError where they do not tell."""
    is_listed = not LIST_ONLY.isdisjoint(row)
    if is_listed is not DETAIL_ONLY.isdisjoint(row):
        raise ValueError("neither a listed case nor a single one")
    if is_listed:
        return read_listed(ROW.validate_python(row))
    yuan = Rules.of(facts).case_detail_unit == "yuan"
    return read_detail((YUAN if yuan else FEN).validate_python(row))


READ_ROW = read_row
LIST = Call(
    name="after_sales.list",
    endpoint="pdd.refund.list.increment.get",
    ask=ListAsk,
    read=read_page,
    shape=SHAPE,
    status="simulated",
)
GET = Call(
    name="after_sales.get",
    endpoint="pdd.refund.information.get",
    ask=GetAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
