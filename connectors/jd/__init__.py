"""JD (京东) POP shops: what the plugin announces. Source: channel paper JD §2, §3, §4.

A shop's id here is its venderId (商家ID). JD's token answers do not tell whose token it is,
but its orders do: one of another merchant stops the shop.
"""

from __future__ import annotations

from adapters.jd.dialect import Jos
from hub_core import hookimpl
from hub_core.ports import (
    Authorisation,
    Channel,
    Consents,
    Limit,
    Receivers,
    Session,
    Shipping,
    Source,
    Stock,
)

from . import receivers, shipping
from .after_sales import JdAfterSales
from .consents import CONSENT_FACTS, MerchantConsents
from .facts import ADAPTERS, FACTS
from .orders import JdOrders
from .products import JdProducts
from .receivers import JdReceivers
from .shipping import JdShipping
from .stock import JdStock
from .tokens import JdAuthorisation

__all__ = [
    "ADAPTERS",
    "CHANNEL",
    "FACTS",
    "JdAfterSales",
    "JdAuthorisation",
    "JdOrders",
    "JdProducts",
    "JdReceivers",
    "JdShipping",
    "JdStock",
]

CHANNEL = Channel(
    id="jd",
    title="京东",
    base_url="https://api.jd.com",
    dialect=Jos(),
    adapters=ADAPTERS,
    limits=(Limit(calls=5, seconds=1.0),),  # C: only a daily count is documented
    facts={**FACTS, **CONSENT_FACTS, **shipping.FACTS, **receivers.FACTS},
)


@hookimpl
def hub_channel() -> Channel:
    """JD, for POP shops."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's orders."""
    return JdOrders(session)


@hookimpl
def hub_products(session: Session) -> Source:
    """The shop's products."""
    return JdProducts(session)


@hookimpl
def hub_after_sales(session: Session) -> Source:
    """The shop's after-sale cases."""
    return JdAfterSales(session)


@hookimpl
def hub_stock(session: Session) -> Stock:
    """The shop's stock."""
    return JdStock(session)


@hookimpl
def hub_shipping(session: Session) -> Shipping:
    """The shop's shipments."""
    return JdShipping(session)


@hookimpl
def hub_receivers(session: Session) -> Receivers:
    """The shop's receivers, in clear."""
    return JdReceivers(session)


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return JdAuthorisation(session)


@hookimpl
def hub_consents(session: Session) -> Consents:
    """A merchant's consent."""
    return MerchantConsents(session)


@hookimpl
def hub_sandbox() -> str:
    """JD in a box."""
    return "sandboxes.jd:create"
