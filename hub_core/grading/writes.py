"""Writes that are repeated: what the platform has afterwards is as after the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ..errors import HubError
from ..models import FulfillmentStatus, Order, OrderStatus, PaymentStatus, Product, Sku
from ..ports import Carrier, Parcel, Shipping, SkuLevel, Source, Stock
from ..ports import Effect as Outcome
from ..sandbox import Effect
from ..wire import Fetched, Item, Ref
from .finding import Finding, State, found
from .straight import Straight

KEY = "0" * 63 + "1"
LEVEL = 7
WAYBILLS = (
    "773012345678901",
    "SF1234567890123",
    "7730123456789",
    "773012345678",
    "YT7730123456789",
)
TRIED = 40
"""So many SKUs, or parcels, at most."""
CARRIERS = 3


def repeated(session: Straight) -> Finding:
    """The same level set twice, the same parcel reported twice."""
    id, plugins = session.channel.id, session.plugins
    able = [what for what in ("stock", "shipping") if plugins.can(id, what)]
    if not able:
        return Finding(State.NOT_ASKED, "it writes nothing")
    wrong: list[str] = []
    if "stock" in able:
        wrong += _stock(session)
    if "shipping" in able:
        wrong += _shipping(session)
    return found(f"{' and '.join(able)}: each done twice with one key", wrong)


def _effects(session: Straight, target: str) -> list[Effect]:
    account = session.account.external_id
    return [e for e in session.platform.effects(account) if e.target == target]


# Stock -----------------------------------------------------------------------------------


def _stock(session: Straight) -> Iterator[str]:
    """Of the first SKUs, the first one the platform lets be set."""
    stock = session.plugins.stock(session.channel.id, session)
    for wanted in islice(_levels(session), TRIED):
        try:
            (first,) = stock.set([wanted])
        except HubError as error:
            yield f"stock: setting a level is {error.kind}"
            return
        if first.effect is Outcome.CONFIRMED:
            yield from _level_again(session, stock, wanted)
            return
    yield "stock: no level could be set: no SKU is read, or each is refused"


def _level_again(session: Straight, stock: Stock, wanted: SkuLevel) -> Iterator[str]:
    try:
        (again,) = stock.set([wanted])
    except HubError as error:
        yield f"stock: the same level again is {error.kind}"
        return
    if again.effect is Outcome.REFUSED:
        yield "stock: the same level again is refused"
    now = stock.level(wanted.product_external_id, wanted.sku_external_id)
    if now is None or now.available != LEVEL:
        yield "stock: the level is another than was set twice"
    levels = {tuple(e.facts.values()) for e in _effects(session, wanted.sku_external_id)}
    if len(levels) > 1:
        yield "stock: the platform saw two levels: is a difference sent?"


def _levels(session: Straight) -> Iterator[SkuLevel]:
    source = session.sources().get("products")
    if source is None:
        return
    for stream in source.streams:
        for item in session.page(source, stream):
            product = _whole(session, source, item)
            if isinstance(product, Product):
                yield from (_level(product.external_id, sku) for sku in product.skus)


def _level(product: str, sku: Sku) -> SkuLevel:
    return SkuLevel(
        product_external_id=product, sku_external_id=sku.external_id, available=LEVEL,
        key=KEY,
    )  # fmt: skip


def _whole(session: Straight, source: Source, item: Item | None) -> object:
    if isinstance(item, Ref):
        item = source.record(item.external_id)
    return item.record if isinstance(item, Fetched) else None


# Shipping --------------------------------------------------------------------------------


def _shipping(session: Straight) -> Iterator[str]:
    """Of the orders that wait for their goods, the first the platform lets be sent."""
    shipping = session.plugins.shipping(session.channel.id, session)
    for parcel in islice(_parcels(session, shipping), TRIED):
        try:
            first = shipping.send(parcel)
        except HubError as error:
            yield f"shipping: a parcel is {error.kind}"
            return
        if first.effect is Outcome.CONFIRMED:
            yield from _again(session, shipping, parcel)
            return
    yield "shipping: no parcel was taken: no order waits for its goods, or each is refused"


def _parcels(session: Straight, shipping: Shipping) -> Iterator[Parcel]:
    """For each order some carriers, each with a waybill that fits it."""
    carriers = [(c, w) for c in shipping.carriers() if (w := _waybill(c))][:CARRIERS]
    for item in session.orders(40):
        if _waits(item.order):
            for carrier, waybill in carriers:
                yield Parcel(
                    order_external_id=item.order.external_id, key=KEY,
                    carrier_code=carrier.code, tracking_no=waybill,
                )  # fmt: skip


def _waybill(carrier: Carrier) -> str | None:
    pattern = carrier.waybill_pattern or ".*"
    return next((one for one in WAYBILLS if re.fullmatch(pattern, one)), None)


def _waits(order: Order) -> bool:
    paid = order.payment_status is PaymentStatus.PAID
    waits = order.fulfillment_status is FulfillmentStatus.UNFULFILLED
    return paid and waits and order.order_status is OrderStatus.OPEN


def _again(session: Straight, shipping: Shipping, parcel: Parcel) -> Iterator[str]:
    try:
        shipping.send(parcel)
    except HubError as error:
        yield f"shipping: the same parcel again is {error.kind}, which is no outcome"
    known = _effects(session, parcel.order_external_id)
    if len(known) > 1:
        yield "shipping: the platform has the parcel twice"
    if not known:
        yield "shipping: it is confirmed, and the platform knows of no parcel"
