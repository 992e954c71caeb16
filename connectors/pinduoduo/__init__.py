"""Pinduoduo (拼多多) shops: which calls make an operation. Source: channel paper PDD §2-§4.

A shop's id here is its owner_id (店铺 ID), as token answers tell it and check it; an order
does not say whose it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.pinduoduo.dialect import Pop
from adapters.pinduoduo.rules import CHOICES, Rules
from hub_core.errors import (
    Misconfigured,
    Rejected,
    TokenExpired,
    Unauthorised,
    Unreadable,
)
from hub_core.hookspecs import hookimpl
from hub_core.ports import (
    Authorisation,
    Channel,
    Grant,
    Limit,
    Paging,
    Session,
    Source,
    Stream,
    Window,
)
from hub_core.wire import Call, Fetched, Misread, Page, pick

ADAPTERS = "adapters.pinduoduo"
One = Fetched | Misread | None
EDGE = timedelta(seconds=1)
"""Whether a window's ends are inclusive is not said (C): each is asked for one second
further out."""
HALF_HOUR = timedelta(minutes=30) - 2 * EDGE - 2 * timedelta(seconds=1)
"""The longest span, less the edges and what rounding to whole seconds may add."""

FACTS = {
    **{name: words[0] for name, words in CHOICES.items()},
    "page_size": "100",
    "rows_cap": "10000",  # where deep pages end; 100 orders a minute are far from it
    "settle_lag_seconds": "180",  # the platform's own advice; later changes may be missed
    "overlap_seconds": "300",
    "look_back_days": "90",  # "three months" of the deal, not of the change
}

CHANNEL = Channel(
    id="pinduoduo",
    title="拼多多",
    base_url="https://gw-api.pinduoduo.com",
    dialect=Pop(),
    adapters=ADAPTERS,
    limits=(
        Limit(calls=3000, seconds=60.0, prefix="orders.list", per="shop"),
        Limit(calls=30000, seconds=60.0, prefix="orders.get", per="shop"),
    ),
    facts=FACTS,
)


@dataclass(frozen=True, slots=True)
class PddOrders:
    """Orders of one shop. Unpaid ones are not listed before their deal (C)."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list holds every order with a deal, and each row is a whole order."""
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="not documented",
                max_window=HALF_HOUR,
                settle_lag=timedelta(seconds=_number(self.session, "settle_lag_seconds"))
                + 2 * EDGE,
                overlap=timedelta(seconds=_number(self.session, "overlap_seconds")),
                page_size=_number(self.session, "page_size"),
                rows_cap=_number(self.session, "rows_cap"),
                look_back=timedelta(days=_number(self.session, "look_back_days")),
                assumptions=("rows_cap", "settle_lag_seconds"),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 with the total; its rows count."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`. The platform counts rows or says whether more follow, not both."""
        page: Page = self.session.send(
            self._ruled(self._shape().LIST),
            **_within(window),
            page=number,
            page_size=stream.page_size,
            has_next=not count,
        )
        return _counted(page) if count else page

    def record(self, external_id: str) -> One:
        """One order in full, as the list has it too."""
        found: One = self.session.send(self._ruled(self._shape().GET), order_sn=external_id)
        return found

    def _shape(self) -> Any:
        return pick(ADAPTERS, "orders", self.session.shop.pins.get("orders"))

    def _ruled(self, call: Call[Any]) -> Call[Any]:
        read: Any = call.read
        return replace(call, read=partial(read, rules=_rules(self.session)))


def _rules(session: Session) -> Rules:
    return Rules.of(session.facts)


def _within(window: Window) -> dict[str, Any]:
    """The window in whole seconds, an edge further out at both ends."""
    since = window.since.replace(microsecond=0) - EDGE
    whole = math.ceil(window.until.microsecond / 1_000_000)
    until = window.until.replace(microsecond=0) + timedelta(seconds=whole) + EDGE
    return {"since": since, "until": until}


def _counted(page: Page) -> Page:
    if page.total is None:
        raise Unreadable("a page that should count came without total_count")
    return page


def _number(session: Session, name: str) -> int:
    try:
        return int(session.facts.get(name) or FACTS[name])
    except ValueError:
        raise Misconfigured(f"pinduoduo: the fact {name} is a whole number") from None


@dataclass(slots=True)
class PddAuthorisation:
    """Tokens of one shop: its owner gives them; where a refresh token came with one, the
    hub refreshes it."""

    session: Session
    shared: bool = False
    grace: timedelta = timedelta(0)

    def fetch(self) -> Grant:
        """Only the shop's main account can give a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at Pinduoduo")

    def refresh(self, refresh_token: str) -> Grant:
        """A new pair, until the owner's authorisation ends. Which code refuses a dead
        refresh token is not said: any refusal needs the owner."""
        shape = pick(ADAPTERS, "token", self.session.shop.pins.get("token"))
        try:
            token = self.session.send(shape.REFRESH, refresh_token=refresh_token)
        except (Rejected, TokenExpired) as error:
            raise Unauthorised("the token cannot be refreshed", code=error.code) from error
        now = self.session.now()
        return Grant(
            access_token=token.access_token,
            expires_in=token.life(now),
            refresh_token=token.refresh_token,
            refresh_expires_in=token.refresh_life(now),
            scopes=token.scopes(now),
            subject=token.owner_id,
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
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return PddAuthorisation(session)


@hookimpl
def hub_sandbox() -> str:
    """Pinduoduo in a box."""
    return "sandboxes.pinduoduo:create"
