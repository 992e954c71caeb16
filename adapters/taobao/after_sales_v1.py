"""After-sales, first shape: a case says only whether goods come back (has_good_return).

Until dispute_type appeared beside it. A refund and a return are told apart, an exchange
by the words of its status alone; when a case ended is not said.
Source: taobao.refund.get and taobao.refunds.receive.get in the metadata of before; channel
paper §7.8 ("before").
"""

from __future__ import annotations

from pydantic import Field, TypeAdapter

from hub_core.models import AfterSale, AfterSaleKind
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Misread,
    Page,
    read_rows,
    row_reader,
)

from .cases import Case, CaseListAsk, case_fields, kind_untold, read_case, read_cases

SHAPE = "after_sales_v1"


class WireCase(Case):
    """A case of this shape."""


class GetAsk(Ask):
    """One case by its id."""

    external_id: str = Field(serialization_alias="refund_id")
    fields_: str = Field(case_fields(WireCase), serialization_alias="fields")


def read_after_sale(case: WireCase) -> AfterSale:
    """The canonical case. This shape is of refunds: all but an exchange give money back,
    and one that ends with the seller's money whole was none."""
    kind = kind_untold(case)
    word = {True: "true", False: "false", None: None}[case.has_good_return]
    money = kind is not AfterSaleKind.EXCHANGE and not case.gave_nothing
    return read_case(case, kind, word, gives_money=money)


def read(body: JSON) -> Fetched | Misread:
    """One case. A case that cannot be read is a `Misread` with its id."""
    row = body["refund"]
    if not isinstance(row, dict):
        raise ValueError("refund is no object")
    (item,) = read_rows([row], _CASE, read_after_sale, lambda raw: str(raw["refund_id"]))
    assert isinstance(item, Fetched | Misread)
    return item


_CASE: TypeAdapter[WireCase] = TypeAdapter(WireCase)
LIST: Call[Page] = Call(
    name="after_sales.list",
    endpoint="taobao.refunds.receive.get",
    ask=CaseListAsk,
    read=read_cases,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread] = Call(
    name="after_sales.get",
    endpoint="taobao.refund.get",
    ask=GetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
READ_ROW = row_reader(_CASE, read_after_sale)
