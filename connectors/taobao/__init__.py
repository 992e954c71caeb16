"""Taobao and Tmall: what the plugin announces.

A shop's id here is the seller's taobao_user_id, as token answers tell it; a trade has only
a name.
"""

from __future__ import annotations

from adapters.taobao.dialect import Top
from hub_core.hookspecs import hookimpl
from hub_core.ports import Authorisation, Channel, Consents, Limit, Session, Source
from hub_core.ports import Messages as MessagesPort
from hub_core.ports import Receivers as ReceiversPort
from hub_core.ports import Shipping as ShippingPort
from hub_core.ports import Stock as StockPort

from .after_sales import AfterSales
from .consents import CONSENT_FACTS, SellerConsents
from .facts import ADAPTERS, FACTS
from .messages import MESSAGE_FACTS, TmcQueue
from .orders import Orders
from .products import Products
from .receivers import RECEIVER_FACTS, Receivers
from .shipping import Shipping
from .stock import Stock
from .tokens import Tokens

__all__ = [
    "CHANNEL",
    "FACTS",
    "AfterSales",
    "Orders",
    "Products",
    "Receivers",
    "Shipping",
    "Stock",
    "TmcQueue",
    "Tokens",
]

CHANNEL = Channel(
    id="taobao",
    title="淘宝/天猫",
    base_url="https://eco.taobao.com",
    dialect=Top(),
    adapters=ADAPTERS,
    limits=(Limit(calls=10, seconds=1.0),),  # C: quotas are shown per app, not published
    account_fields={
        "nick": "name of the seller's main account (卖家昵称); where it is given, an order"
        " of another seller stops the shop: its token is another's",
    },
    facts={**FACTS, **CONSENT_FACTS, **RECEIVER_FACTS, **MESSAGE_FACTS},
)


@hookimpl
def hub_channel() -> Channel:
    """Announce Taobao and Tmall."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's trades."""
    return Orders(session)


@hookimpl
def hub_products(session: Session) -> Source:
    """The shop's products."""
    return Products(session)


@hookimpl
def hub_after_sales(session: Session) -> Source:
    """The shop's after-sale cases."""
    return AfterSales(session)


@hookimpl
def hub_stock(session: Session) -> StockPort:
    """The shop's stock."""
    return Stock(session)


@hookimpl
def hub_shipping(session: Session) -> ShippingPort:
    """The shop's shipments."""
    return Shipping(session)


@hookimpl
def hub_receivers(session: Session) -> ReceiversPort:
    """The shop's receivers, in clear."""
    return Receivers(session)


@hookimpl
def hub_messages() -> MessagesPort:
    """The app's queue."""
    return TmcQueue()


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return Tokens(session)


@hookimpl
def hub_consents(session: Session) -> Consents:
    """A seller's consent."""
    return SellerConsents(session)


@hookimpl
def hub_sandbox() -> str:
    """Where this channel's sandbox is made."""
    return "sandboxes.taobao:create"
