"""After-sales, second shape: dispute_type names the kind, end_time when a case ended.

Since exchange, repair and sending again are cases of the same list; has_good_return still
comes, and counts where dispute_type does not. Price protection and cash given back have a
method of their own for their details, which answers alike.
Source: developer.alibaba.com, articles 52 and 53; response fields of taobao.refund.get and
taobao.special.refund.get (2026 metadata); channel paper §4, §7.8 ("after").
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, TypeAdapter

from hub_core.models import AfterSale, AfterSaleKind
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    ClockText,
    Fetched,
    Misread,
    Page,
    SomeText,
    Words,
    read_rows,
    row_reader,
)

from .cases import (
    MONEY,
    Case,
    CaseListAsk,
    case_fields,
    kind_untold,
    read_case,
    read_cases,
)

SHAPE = "after_sales_v2"
KIND: Words[AfterSaleKind] = Words(
    {
        "REFUND": AfterSaleKind.REFUND_ONLY,
        "REFUND_AND_RETURN": AfterSaleKind.RETURN_REFUND,
        "TMALL_EXCHANGE": AfterSaleKind.EXCHANGE,
        "TAOBAO_EXCHANGE": AfterSaleKind.EXCHANGE,
        "REPAIR": AfterSaleKind.REPAIR,
        "RESHIPPING": AfterSaleKind.RESHIP,
        "OTHERS": AfterSaleKind.UNKNOWN,
    },
    unknown=AfterSaleKind.UNKNOWN,
)
PRICE = ("priceProtect", "cashBack", "价保服务", "退差返现")
"""Special kinds of refund, by their code and as the published sample words them."""


class WireCase(Case):
    """A case of this shape."""

    dispute_type: SomeText = None
    special_refund_type: SomeText = None
    end_time: ClockText = None

    @property
    def ended(self) -> datetime | None:
        """When it was over, whatever the end."""
        return self.end_time


class GetAsk(Ask):
    """One case by its id."""

    external_id: str = Field(serialization_alias="refund_id")
    fields_: str = Field(case_fields(WireCase), serialization_alias="fields")


def read_after_sale(case: WireCase) -> AfterSale:
    """The canonical case. Only kinds that are known to give money back are counted so."""
    kind = kind_of(case)
    word = case.special_refund_type or case.dispute_type
    return read_case(case, kind, word, gives_money=kind in MONEY)


def kind_of(case: WireCase) -> AfterSaleKind:
    """By its special type, its type, or whether goods and money came back, in this
    order."""
    if case.special_refund_type in PRICE:
        return AfterSaleKind.PRICE_ADJUST
    if case.dispute_type is not None:
        return KIND[case.dispute_type]
    return kind_untold(case)


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
SPECIAL: Call[Fetched | Misread] = Call(
    name="after_sales.get_special",
    endpoint="taobao.special.refund.get",
    ask=GetAsk,
    read=read,
    shape=SHAPE,
)
READ_ROW = row_reader(_CASE, read_after_sale)
