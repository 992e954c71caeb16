"""抖音来客 (Douyin Life Services): what it is, and a file for each kind it tells of.

A shop here is one 来客 account. Three ids must not be confused: the account whose
records are asked, the root account above it, and the POI, which is one physical place.
What writes and what hears pushes is loaded by its hook: most processes only read.
Source: channel paper §1, §3.1-§3.5, §5, §9.
"""

from __future__ import annotations

from adapters.douyin_laike.dialect import LaikeDialect
from hub_core.hookspecs import hookimpl
from hub_core.ports import (
    Answering,
    Asks,
    Authorisation,
    Channel,
    Consents,
    Limit,
    Pushes,
    Receivers,
    Session,
    Source,
    Stock,
)

from .after_sales import LaikeAfterSales
from .consents import CONSENT_FACTS, MerchantConsents
from .facts import (
    ADAPTERS,
    ANSWER_FACTS,
    FACTS,
    ID,
    PUSH_FACTS,
    SPI_FACTS,
    STOCK_FACTS,
)
from .orders import LaikeOrders
from .places import LaikePlaces
from .products import LaikeProducts
from .receivers import RECEIVER_FACTS, LaikeReceivers
from .redemptions import LaikeRedemptions
from .tokens import LaikeTokens

__all__ = [
    "ADAPTERS",
    "CHANNEL",
    "LaikeAfterSales",
    "LaikeOrders",
    "LaikePlaces",
    "LaikeProducts",
    "LaikeReceivers",
    "LaikeRedemptions",
    "LaikeTokens",
]

CHANNEL = Channel(
    id=ID,
    title="抖音来客",
    base_url="https://open.douyin.com",
    dialect=LaikeDialect(),
    adapters=ADAPTERS,
    limits=(
        Limit(20, 1.0, "orders.", per="app"),
        Limit(10, 1.0, "after_sales.", per="app"),
        Limit(400, 1.0, "places.", per="app"),
        Limit(20, 1.0, "products.", per="app"),
        Limit(100, 1.0, "redemptions.", per="app"),
        # Of writes no document says; as often as goods may be read.
        Limit(20, 1.0, "stock.", per="app"),
        # The page says 1000.
        Limit(200, 1.0, "answers.", per="app"),
        Limit(500, 300.0, "token.", per="app"),
    ),
    account_fields={
        "account_id": "来客商户账户ID whose orders are asked; default: the shop's id",
        "root_account_id": "来客商户根账户ID, sent with each call; default: account_id."
        " Not a POI id: a POI is one place and comes with each order",
    },
    facts={
        **FACTS,
        **CONSENT_FACTS,
        **STOCK_FACTS,
        **RECEIVER_FACTS,
        **PUSH_FACTS,
        **SPI_FACTS,
        **ANSWER_FACTS,
    },
)


@hookimpl
def hub_channel() -> Channel:
    """The platform."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's orders."""
    return LaikeOrders(session)


@hookimpl
def hub_after_sales(session: Session) -> Source:
    """The shop's refunds."""
    return LaikeAfterSales(session)


@hookimpl
def hub_places(session: Session) -> Source:
    """The places the shop sells at."""
    return LaikePlaces(session)


@hookimpl
def hub_products(session: Session) -> Source:
    """The shop's products, online and in audit."""
    return LaikeProducts(session)


@hookimpl
def hub_redemptions(session: Session) -> Source:
    """The uses of the shop's vouchers."""
    return LaikeRedemptions(session)


@hookimpl
def hub_stock(session: Session) -> Stock:
    """The shop's stock."""
    from .stock import LaikeStock

    return LaikeStock(session)


@hookimpl
def hub_receivers(session: Session) -> Receivers:
    """The shop's receivers, in clear."""
    return LaikeReceivers(session)


@hookimpl
def hub_pushes() -> Pushes:
    """The app's webhook."""
    from .pushes import LaikePushes

    return LaikePushes()


@hookimpl
def hub_asks() -> Asks:
    """The app's SPI."""
    from .spi import LaikeAsks

    return LaikeAsks()


@hookimpl
def hub_answering(session: Session) -> Answering:
    """How the app tells what was decided."""
    from .answers import LaikeAnswers

    return LaikeAnswers(session)


@hookimpl
def hub_authorisation(session: Session) -> Authorisation:
    """The app's client_token."""
    return LaikeTokens(session)


@hookimpl
def hub_consents(session: Session) -> Consents:
    """A merchant's consent."""
    return MerchantConsents(session)


@hookimpl
def hub_sandbox() -> str:
    """The platform in a box."""
    return "sandboxes.douyin_laike:create"
