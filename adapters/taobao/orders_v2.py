"""Orders, second shape: masked receivers that an OAID stands for, open ids, ids as text.

Since 2021-2022 (privacy page of 2023-01); the first shape still answers from old rows.
OAID is given only when name, address, mobile, phone and creation time are all asked for;
it changes with app, shop and week, so it names a delivery, never a customer.
Source: privacy-field page, article 120397; channel paper §3, §7.2-§7.4 ("after").
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from hub_core.models import Order, Protection
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Fetched,
    Misread,
    Page,
    SomeId,
    SomeText,
    read_rows,
    row_reader,
)

from .common import ListAsk, read_list
from .order import read_trade
from .people import read_party
from .trade import Line, Trade, fields, listed

SHAPE = "orders_v2"


class WireLine(Line):
    """A line with its id as text too."""

    oid_str: SomeId = None

    @property
    def id(self) -> str | None:
        """The text form first: numbers of 19 digits do not survive every reader."""
        return self.oid_str or self.oid


class WireTrade(Trade):
    """A trade whose receiver is masked."""

    tid: SomeId = None
    tid_str: SomeId = None
    oaid: SomeText = None
    buyer_open_uid: SomeText = None
    orders: Annotated[tuple[WireLine, ...], listed("order")] = ()

    @property
    def id(self) -> str:
        """The text form first: numbers of 19 digits do not survive every reader."""
        if found := self.tid_str or self.tid:
            return found
        raise ValueError("tid is missing")


class GetAsk(Ask):
    """One trade by its id."""

    external_id: str = Field(serialization_alias="tid")
    fields_: str = Field(fields(WireTrade), serialization_alias="fields")


def read_order(trade: WireTrade) -> Order:
    """The canonical order."""
    party = read_party(
        trade,
        protection(trade),
        buyer_token=trade.buyer_open_uid,
        receiver_token=trade.oaid,
    )
    return read_trade(trade, party)


def protection(trade: WireTrade) -> Protection:
    """Masked whenever given: which glyphs mask it is nowhere settled."""
    given = trade.receiver_name or trade.receiver_mobile or trade.receiver_address
    return Protection.MASKED if given or trade.oaid else Protection.ABSENT


def read(body: JSON) -> Fetched | Misread:
    """One trade. A trade that cannot be read is a `Misread` with its id."""
    row = body["trade"]
    if not isinstance(row, dict):
        raise ValueError("trade is no object")
    (item,) = read_rows([row], _TRADE, read_order, _name)
    assert isinstance(item, Fetched | Misread)
    return item


def _name(raw: JSON) -> str:
    return str(raw.get("tid_str") or raw["tid"])


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
