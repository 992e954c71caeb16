"""A merchant's own web shop (自有商城) as a channel: which calls make an operation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hub_core import (
    Carrier,
    Channel,
    Done,
    Effect,
    Limit,
    Paging,
    Parcel,
    Rejected,
    Session,
    Shipping,
    SkuLevel,
    Source,
    Stock,
    Stream,
    Window,
    hookimpl,
)
from hub_core.models import StockLevel
from hub_core.wire import Call, Fetched, Misread, Page, pick

from .dialect import NOT_FOUND, ShopDialect

PACKAGE = "channel_hub_own_shop"
FACTS = {
    "settle_lag_seconds": "60",  # how late a change may enter a list: not documented
    "look_back_days": "365",  # how far back lists answer: not documented
}
SECOND = timedelta(seconds=1)
One = Fetched | Misread | None


@hookimpl
def hub_channel() -> Channel:
    """Where the shop itself stands is `base_url` of its app, in plugins.toml."""
    return Channel(
        id="own-shop",
        title="自有商城",
        base_url="https://shop.example",
        dialect=ShopDialect(),
        adapters=PACKAGE,
        limits=(Limit(calls=10, seconds=1.0),),
        facts=FACTS,
    )


@hookimpl
def hub_orders(session: Session) -> Source:
    """The shop's orders."""
    return Listed(session, "orders")


@hookimpl
def hub_after_sales(session: Session) -> Source:
    """The shop's after-sale cases."""
    return Listed(session, "after_sales")


@hookimpl
def hub_products(session: Session) -> Source:
    """The shop's products."""
    return Products(session)


@hookimpl
def hub_stock(session: Session) -> Stock:
    """The shop's stock."""
    return ShopStock(session)


@hookimpl
def hub_shipping(session: Session) -> Shipping:
    """The shop's parcels."""
    return Parcels(session)


@hookimpl
def hub_sandbox() -> str:
    """The shop in a box; imported when it is started."""
    return f"{PACKAGE}.box:create"


def shape(session: Session, area: str) -> Any:
    """The version file of an area: the newest, or the one the shop is pinned to."""
    return pick(PACKAGE, area, session.shop.pins.get(area))


def known(session: Session, call: Call[Any], id: str) -> Any:
    """One thing by its id; None where the shop does not have it."""
    try:
        return session.send(call, id=id)
    except Rejected as error:
        if error.code != NOT_FOUND:
            raise
        return None


class Listed:
    """What is listed by the time of its change: orders, and after-sale cases."""

    def __init__(self, session: Session, area: str) -> None:
        self._session, self._calls = session, shape(session, area)
        lag, back = (int(session.facts[name]) for name in FACTS)
        self.streams = (
            Stream(
                name=area,
                paging=Paging.REVERSE_OFFSET,
                order="modified asc",
                max_window=timedelta(days=7) - SECOND,
                settle_lag=timedelta(seconds=lag),
                overlap=timedelta(seconds=10),
                page_size=100,
                look_back=timedelta(days=back),
                assumptions=("settle_lag_seconds",),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1, which tells the total."""
        return self.page(stream, window, 1, count=True)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`. The end of the shop's window is not in it, that of ours is."""
        span = {"since": window.since, "until": window.until + SECOND}
        page: Page = self._session.send(
            self._calls.LIST, **span, page=number, size=stream.page_size
        )
        return page

    def record(self, external_id: str) -> One:
        """One of them."""
        found: One = known(self._session, self._calls.GET, external_id)
        return found


class Products:
    """A list that takes no time: it is read whole, each page telling where the next is."""

    streams = (
        Stream(
            name="products",
            paging=Paging.OPAQUE_CURSOR,
            order="by id",
            max_window=timedelta(days=1),
            settle_lag=timedelta(0),
            overlap=timedelta(0),
            page_size=100,
            is_snapshot=True,
        ),
    )

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, shape(session, "products")

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that begins at `cursor`."""
        page: Page = self._session.send(
            self._calls.LIST, after=cursor, size=stream.page_size
        )
        return page

    def probe(self, stream: Stream, window: Window) -> Page:
        """The first page."""
        return self.after(stream, None, None)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Never asked: its pages have no numbers."""
        raise NotImplementedError

    def record(self, external_id: str) -> One:
        """One product."""
        found: One = known(self._session, self._calls.GET, external_id)
        return found


class ShopStock:
    """Fifty SKUs a call, of whatever products."""

    most = 50
    one_product = False

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, shape(session, "products")

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set these. The shop tells what each has then, or why it was not set."""
        asked = [{"sku_id": x.sku_external_id, "available": x.available} for x in levels]
        told = self._session.send(self._calls.SET, levels=asked)
        return [
            Done(
                target=x.sku_id,
                effect=Effect.REFUSED if x.error else Effect.CONFIRMED,
                told=x.available,
                reason=x.error,
            )
            for x in told
        ]

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """What is offered now."""
        found = known(self._session, self._calls.LEVEL, sku_external_id)
        if found is None:
            return None
        return StockLevel(
            sku_external_id=found.sku_id,
            available=found.available,
            as_of_at=self._session.now(),
        )


class Parcels:
    """An order may go in several."""

    splits = True

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, shape(session, "orders")

    def carriers(self) -> Sequence[Carrier]:
        """Those the shop knows."""
        found: Sequence[Carrier] = self._session.send(self._calls.CARRIERS)
        return found

    def send(self, parcel: Parcel) -> Done:
        """Report one. The shop refuses what it does not ship, and knows a key again."""
        try:
            self._session.send(
                self._calls.SHIP, id=parcel.order_external_id, carrier=parcel.carrier_code,
                tracking_no=parcel.tracking_no, item_ids=parcel.line_external_ids,
                key=parcel.key,
            )  # fmt: skip
        except Rejected as no:
            effect, said = Effect.REFUSED, str(no.args[0])
            return Done(target=parcel.order_external_id, effect=effect, reason=said)
        return Done(target=parcel.order_external_id, effect=Effect.CONFIRMED)
