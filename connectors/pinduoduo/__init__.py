"""Pinduoduo (拼多多) shops: what the channel is, and its hooks.

A shop's id here is its owner_id (店铺 ID), as token answers tell it and check it; an order
does not say whose it is. Source: channel paper PDD §2-§4.
"""

from __future__ import annotations

from adapters.pinduoduo.dialect import Pop
from hub_core.hookspecs import hookimpl
from hub_core.ports import (
    Authorisation,
    Channel,
    Consents,
    Limit,
    Messages,
    Receivers,
    Session,
    Shipping,
    Source,
    Stock,
)

from . import messages, receivers, shipping, stock
from .after_sales import PddAfterSales
from .asking import ADAPTERS, FACTS
from .consents import CONSENT_FACTS, OwnerConsents
from .messages import PmcSocket
from .orders import PddOrders
from .products import PddProducts
from .receivers import PddReceivers
from .shipping import PddShipping
from .stock import PddStock
from .tokens import PddAuthorisation

CHANNEL = Channel(
    id="pinduoduo",
    title="拼多多",
    base_url="https://gw-api.pinduoduo.com",
    dialect=Pop(),
    adapters=ADAPTERS,
    limits=(
        Limit(calls=3000, seconds=60.0, prefix="orders.list", per="shop"),
        Limit(calls=30000, seconds=60.0, prefix="orders.get", per="shop"),
        Limit(calls=100, seconds=10.0, prefix="after_sales.list", per="shop"),
        Limit(calls=500, seconds=1.0, prefix="after_sales.list", per="app"),
        Limit(calls=600, seconds=60.0, prefix="products.list", per="shop"),
        # From outside the platform's own cloud; within it, a thousand times as many.
        Limit(calls=1, seconds=10.0, prefix="receivers.decrypt", per="app"),
    ),
    facts={
        **FACTS,
        **CONSENT_FACTS,
        **stock.FACTS,
        **shipping.FACTS,
        **receivers.FACTS,
        **messages.FACTS,
    },
)


@hookimpl
def hub_channel() -> Channel:
    """Announce Pinduoduo."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's orders."""
    return PddOrders(session)


@hookimpl
def hub_after_sales(session: Session) -> Source:
    """The shop's after-sale cases."""
    return PddAfterSales(session)


@hookimpl
def hub_products(session: Session) -> Source:
    """The shop's products."""
    return PddProducts(session)


@hookimpl
def hub_stock(session: Session) -> Stock:
    """The shop's stock."""
    return PddStock(session)


@hookimpl
def hub_shipping(session: Session) -> Shipping:
    """The shop's shipments."""
    return PddShipping(session)


@hookimpl
def hub_receivers(session: Session) -> Receivers:
    """The shop's receivers, in clear."""
    return PddReceivers(session)


@hookimpl
def hub_messages() -> Messages:
    """The app's connection."""
    return PmcSocket()


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return PddAuthorisation(session)


@hookimpl
def hub_consents(session: Session) -> Consents:
    """An owner's consent."""
    return OwnerConsents(session)


@hookimpl
def hub_sandbox() -> str:
    """Pinduoduo in a box."""
    return "sandboxes.pinduoduo:create"
