"""Refund applications, first shape: `pop.afs.refundapply.querylist`, all in snake case.

Since before 2014; the platform's own page says of it that it was taken out of service for
the second shape (2015). Windows are cut by the time of application or of the check, since
no time of change is known: a later step, as that of the platform's finance, leaves the list
silent, and open applications have to be asked for by id.
Source: channel paper JD §7.7; official page (apiId 307); request and response classes of
the official Java and .NET SDKs (RefundapplySaf: QueryMap, RefundapplyResponse).
"""

from __future__ import annotations

from pydantic import Field, TypeAdapter

from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Misread,
    Page,
    row_reader,
)

from .asks import BeijingText
from .cases import WireApplication, only_one, page_of, read_application
from .pages import part_of

SHAPE = "refund_applies_v1"
SPANS = ("applied",)
"""The times by which the list may be cut and which miss no application."""


class ListAsk(Ask):
    """A page of applications by the time they were made; pages of at most 50."""

    applied_since: BeijingText = Field(serialization_alias="apply_time_start")
    applied_until: BeijingText = Field(serialization_alias="apply_time_end")
    page: int = Field(ge=1, serialization_alias="page_index")
    page_size: int = Field(ge=1, le=50, serialization_alias="page_size")


class GetAsk(Ask):
    """One application by its number."""

    number: int = Field(ge=1, serialization_alias="ra_id")


_ROW: TypeAdapter[WireApplication] = TypeAdapter(WireApplication)


def read_page(inner: JSON) -> Page:
    """A page of the list."""
    return page_of(part_of(inner, "refundApplyResponse"), "results", "count", _ROW)


def read_one(inner: JSON) -> Fetched | Misread | None:
    """One application, or None. Its container is spelled otherwise than the list's."""
    if not inner:
        return None
    told = part_of(inner, "refundapplyResponse")
    return only_one(told.get("results"), told.get("count"), _ROW)


LIST: Call[Page] = Call(
    name="refund_applies.list",
    endpoint="jingdong.pop.afs.refundapply.querylist",
    ask=ListAsk,
    read=read_page,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread | None] = Call(
    name="refund_applies.get",
    endpoint="jingdong.pop.afs.refundapply.querybyid",
    ask=GetAsk,
    read=read_one,
    shape=SHAPE,
    status="simulated",
)
READ_ROW = row_reader(_ROW, read_application)
