"""抖音来客 (Douyin Life Services): orders and the app's token.

A shop here is one 来客 account. Three ids must not be confused: the account whose
orders are asked, the root account above it, and the POI, which is one physical place.
Source: channel paper §1, §3.3, §5, §9.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.douyin_laike.dialect import LaikeDialect
from adapters.douyin_laike.envelope import says_not_found
from hub_core.errors import Misconfigured, Rejected, Unreadable
from hub_core.hookspecs import hookimpl
from hub_core.ports import (
    Authorisation,
    Channel,
    Grant,
    Limit,
    Paging,
    Session,
    ShopInfo,
    Source,
    Stream,
    Window,
)
from hub_core.wire import Fetched, Item, Misread, Page, pick

ADAPTERS = "adapters.douyin_laike"
PAGE_SIZE = 100
ROWS_CAP = 10_000
SMALL = 10
"""Room for the one order that is asked for by its id."""

CHANNEL = Channel(
    id="douyin-laike",
    title="抖音来客",
    base_url="https://open.douyin.com",
    dialect=LaikeDialect(),
    adapters=ADAPTERS,
    limits=(
        Limit(20, 1.0, "orders.", per="app"),
        Limit(500, 300.0, "token.", per="app"),
    ),
    account_fields={
        "account_id": "来客商户账户ID whose orders are asked; default: the shop's id",
        "root_account_id": "来客商户根账户ID, sent with each call; default: account_id."
        " Not a POI id: a POI is one place and comes with each order",
    },
    facts={
        # json, comma or repeat: how a list is spelled in a query (read by the dialect).
        "cursor_form": "json",
        # No longest span is documented; clients in production ask for 7 days to a month.
        "max_window_days": "7",
        # After-sales lag minutes behind at p99; of orders no document says.
        "settle_lag_seconds": "180",
        "overlap_seconds": "60",
        # No retention is documented for orders.
        "look_back_days": "365",
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
def hub_authorisation(session: Session) -> Authorisation:
    """The app's client_token."""
    return LaikeTokens(session)


@hookimpl
def hub_sandbox() -> str:
    """The platform in a box."""
    return "sandboxes.douyin_laike:create"


class LaikeOrders:
    """Orders of one account, by the time they last changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = _shape(session.shop)
        self._account = session.shop.account.get("account_id") or session.shop.external_id

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list holds every order, whatever its state."""
        facts = self._session.facts
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="not documented",
                max_window=timedelta(days=_number(facts, "max_window_days")),
                settle_lag=timedelta(seconds=_number(facts, "settle_lag_seconds")),
                overlap=timedelta(seconds=_number(facts, "overlap_seconds")),
                page_size=PAGE_SIZE,
                rows_cap=ROWS_CAP,
                look_back=timedelta(days=_number(facts, "look_back_days")),
                assumptions=(
                    "pages of one window keep one sort order",
                    "page.total counts the window's rows",
                    "rows are listed within the settle lag",
                ),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 whole: it tells the total and costs no call of its own."""
        return self.page(stream, window, 1, count=True)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number` of the orders that last changed within the window.

        Whether the platform takes its ends as inclusive no document says: a second more
        is asked at both.
        """
        page: Page = self._session.send(
            self._calls.LIST,
            account_id=self._account,
            page_num=number,
            page_size=stream.page_size,
            update_order_start_time=math.floor(window.since.timestamp()) - 1,
            update_order_end_time=math.ceil(window.until.timestamp()) + 1,
        )
        if count and page.total is None:
            raise Unreadable("a page of orders came without page.total")
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One order by its id, whatever its age."""
        try:
            page: Page = self._session.send(
                self._calls.GET,
                account_id=self._account,
                order_id=external_id,
                page_size=SMALL,
            )
        except Rejected as refusal:
            if says_not_found(refusal):
                return None
            raise
        return next((x for item in page.items if (x := _own(item, external_id))), None)


class LaikeTokens:
    """client_token: from the app's key and secret alone, one for all its merchants."""

    shared = True
    grace = timedelta(minutes=5)

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetch(self) -> Grant:
        """A new token; the former one lives 5 minutes more, the one before it dies."""
        token = self._session.send(pick(ADAPTERS, "token").FETCH)
        return Grant(access_token=token.access_token, expires_in=token.expires_in)

    def refresh(self, refresh_token: str) -> Grant:
        """client_tokens are not refreshed: another is fetched."""
        return self.fetch()


def _shape(shop: ShopInfo) -> Any:
    """The version file that speaks for this shop: catering has an endpoint of its own."""
    catering = shop.settings.get("business") == "catering"
    area = "orders_catering" if catering else "orders"
    return pick(ADAPTERS, area, shop.pins.get(area))


def _own(item: Item, external_id: str) -> Fetched | Misread | None:
    """The item, if it is the order asked for; one that has lost its id may be."""
    if isinstance(item, Fetched):
        return item if item.order.external_id == external_id else None
    if isinstance(item, Misread):
        return item if item.external_id in (external_id, None) else None
    return None


def _number(facts: Mapping[str, str], name: str) -> int:
    text = str(facts.get(name, CHANNEL.facts[name]))
    if not text.isdecimal():
        raise Misconfigured(f"{CHANNEL.id}: {name} is a whole number, not {text!r}")
    return int(text)
