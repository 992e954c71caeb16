"""Orders, first shape: the receiver in clear, the buyer by nick, ids as numbers only.

Until 2021-2022, when receivers were masked shop by shop; rows of RDS push kept from
before still look like this. Source: channel paper §7.2-§7.4 ("before").
"""

from __future__ import annotations

from pydantic import Field, TypeAdapter

from hub_core.models import Order, Protection
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Id,
    Misread,
    Page,
    read_rows,
    row_reader,
)

from .common import ListAsk, read_list
from .order import read_trade
from .people import read_party
from .trade import Trade, fields

SHAPE = "orders_v1"


class WireTrade(Trade):
    """A trade whose receiver is written out."""

    tid: Id

    @property
    def id(self) -> str:
        """The trade's number."""
        return self.tid


class GetAsk(Ask):
    """One trade by its id."""

    external_id: str = Field(serialization_alias="tid")
    fields_: str = Field(fields(WireTrade), serialization_alias="fields")


def read_order(trade: WireTrade) -> Order:
    """The canonical order."""
    return read_trade(trade, read_party(trade, protection(trade)))


def protection(trade: WireTrade) -> Protection:
    """In clear, unless a star shows that somebody has masked it since."""
    given = (trade.receiver_name, trade.receiver_mobile, trade.receiver_address)
    if not any(given):
        return Protection.ABSENT
    return (
        Protection.MASKED
        if any("*" in part for part in given if part)
        else Protection.CLEAR
    )


def read(body: JSON) -> Fetched | Misread:
    """One trade. A trade that cannot be read is a `Misread` with its id."""
    row = body["trade"]
    if not isinstance(row, dict):
        raise ValueError("trade is no object")
    (item,) = read_rows([row], _TRADE, read_order, lambda raw: str(raw["tid"]))
    assert isinstance(item, Fetched | Misread)
    return item


_TRADE: TypeAdapter[WireTrade] = TypeAdapter(WireTrade)
LIST: Call[Page] = Call(
    name="orders.list",
    endpoint="taobao.trades.sold.increment.get",
    ask=ListAsk,
    read=read_list,
    shape=SHAPE,
    status="simulated",
)
GET: Call[Fetched | Misread] = Call(
    name="orders.get",
    endpoint="taobao.trade.fullinfo.get",
    ask=GetAsk,
    read=read,
    shape=SHAPE,
    status="simulated",
)
READ_ROW = row_reader(_TRADE, read_order)
