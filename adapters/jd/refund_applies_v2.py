"""Refund applications, second shape: `pop.afs.soa.refundapply`, camel case, rows by change.

Since 2015. Pages show each row within a `refundApplyVo`, captures show it flat; both are
read. Later came `modifiedStart` and `modifiedEnd`, with them `modified` in a row, and with
`showSku` what part of an order is taken back. Pages go to 100, of 50 rows.
Source: channel paper JD §4, §7.7; official pages queryPageList and queryById (apiId 925 and
922; 2026: 13151 and 13148); official Java SDK (RefundApplyVo, RefundApplySkuVo).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator
from pydantic.alias_generators import to_camel

from hub_core.models import AfterSale, AfterSaleLine
from hub_core.wire import JSON, Ask, Call, ClockText, Fetched, Misread, Page, pieces

from .asks import BeijingText
from .cases import WireApplication, WireSku, only_one, page_of, read_application
from .pages import bare, part_of

SHAPE = "refund_applies_v2"
SPANS = ("modified", "applied")
"""The times by which the list may be cut and which miss no application."""


class ListAsk(Ask):
    """A page of applications by the time of their last change, or of their making."""

    modified_since: BeijingText | None = Field(None, serialization_alias="modifiedStart")
    modified_until: BeijingText | None = Field(None, serialization_alias="modifiedEnd")
    applied_since: BeijingText | None = Field(None, serialization_alias="applyTimeStart")
    applied_until: BeijingText | None = Field(None, serialization_alias="applyTimeEnd")
    show_sku: bool = Field(True, serialization_alias="showSku")
    page: int = Field(ge=1, le=100, serialization_alias="pageIndex")
    page_size: int = Field(ge=1, le=50, serialization_alias="pageSize")

    @model_validator(mode="after")
    def _one_span(self) -> ListAsk:
        by_change = self.modified_since and self.modified_until
        by_making = self.applied_since and self.applied_until
        if bool(by_change) == bool(by_making):
            raise ValueError("one span of time, by change or by making")
        return self


class GetAsk(Ask):
    """One application by its number."""

    number: int = Field(ge=1, serialization_alias="id")


class Sku(WireSku):
    """Part of an order."""

    model_config = ConfigDict(alias_generator=to_camel)


def _rows(value: Any) -> Any:
    if isinstance(value, list):
        return [bare(row, "refundApplySkuVo") for row in value]
    return () if value is None else value


class WireApplied(WireApplication):
    """An application of this shape."""

    model_config = ConfigDict(alias_generator=to_camel)

    modified: ClockText = None
    sku_vo_list: Annotated[tuple[Sku, ...], BeforeValidator(_rows)] = ()

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        return bare(row, "refundApplyVo")

    @property
    def changed(self) -> datetime | None:
        """Its own time of change; before there was one, that of the last known step."""
        return self.modified or self.check_time or self.apply_time

    @property
    def lines(self) -> tuple[AfterSaleLine, ...]:
        """The SKUs that are taken back, where they are named."""
        return tuple([_line(sku) for sku in self.sku_vo_list])


def _line(sku: Sku) -> AfterSaleLine:
    return AfterSaleLine(
        sku_external_id=sku.sku_id, title=sku.sku_name, quantity=_count(sku.sku_count)
    )


def _count(said: str | None) -> int | None:
    """What is no number of pieces says nothing."""
    try:
        return pieces(said)
    except ValueError:
        return None


_ROW: TypeAdapter[WireApplied] = TypeAdapter(WireApplied)


def read_page(inner: JSON) -> Page:
    """A page of the list."""
    return page_of(part_of(inner, "queryResult"), "result", "totalCount", _ROW)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One application, which comes as a list of one; None where there is none.

    Where it comes without `modified`, which the list has, its version is not known: the
    time of an earlier step would make it older than what the list told.
    """
    told = part_of(inner, "queryResult") if inner else {}
    found = only_one(told.get("result"), told.get("totalCount"), _ROW)
    if not isinstance(found, Fetched) or bare(found.raw, "refundApplyVo").get("modified"):
        return found
    case = found.record
    assert isinstance(case, AfterSale)
    return Fetched(replace(case, channel_updated_at=None), found.raw)


def read_row(row: JSON, facts: Mapping[str, str]) -> AfterSale:
    """A kept application; as above, its version is not known without `modified`."""
    case = read_application(_ROW.validate_python(row))
    known = bare(row, "refundApplyVo").get("modified")
    return case if known else replace(case, channel_updated_at=None)


READ_ROW = read_row
LIST: Call[Page] = Call(
    name="refund_applies.list",
    endpoint="jingdong.pop.afs.soa.refundapply.queryPageList",
    ask=ListAsk,
    read=read_page,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread | None] = Call(
    name="refund_applies.get",
    endpoint="jingdong.pop.afs.soa.refundapply.queryById",
    ask=GetAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
