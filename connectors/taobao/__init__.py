"""Taobao and Tmall: count a window, walk it from its last page back, fetch each trade.

The platform's own advice, since rows come newest change first and an order that changes
moves to the front (taobao.trades.sold.increment.get; channel paper §3).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.taobao.common import KINDS
from adapters.taobao.dialect import OAUTH, SIGN_METHOD, Top
from adapters.taobao.envelope import absent
from hub_core.errors import Rejected
from hub_core.hookspecs import hookimpl
from hub_core.ports import Channel, Limit, Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

ADAPTERS = "adapters.taobao"
FACTS = {
    "sign_method": SIGN_METHOD,
    "oauth_base_url": OAUTH,
    "settle_lag_seconds": "180",
    "trade_kinds": ",".join(KINDS),
}
CHANNEL = Channel(
    id="taobao",
    title="淘宝/天猫",
    base_url="https://eco.taobao.com",
    dialect=Top(),
    adapters=ADAPTERS,
    limits=(Limit(calls=10, seconds=1.0),),
    facts=FACTS,
)
EDGE = timedelta(seconds=1)
"""Asked for beyond either end: whether the ends are inclusive is nowhere said."""
LONGEST = timedelta(days=1) - 2 * EDGE - 2 * timedelta(seconds=1)
"""A day on the wire, less the edges and what rounding to whole seconds may add."""


class Orders:
    """The orders of one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "orders", session.shop.pins.get("orders"))
        lag = float(_fact(session, "settle_lag_seconds"))
        self.streams = (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="modified desc",
                max_window=LONGEST,
                settle_lag=timedelta(seconds=lag),
                overlap=timedelta(minutes=1),
                page_size=100,
                list_is_partial=True,
                look_back=timedelta(days=90),
                assumptions=(
                    f"a change is listed within {lag:g} s",
                    "every trade kind that is named may be asked for in one call",
                    "every change but a refund's moves `modified`",
                ),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """How many rows the window has; an empty one counts as its page 1."""
        page: Page = self._session.send(
            self._calls.COUNT, **self._window(window), size=stream.page_size
        )
        return page

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`, 1 being the newest. TOP counts rows or says whether more follow,
        not both."""
        page: Page = self._session.send(
            self._calls.LIST,
            **self._window(window),
            size=stream.page_size,
            page=number,
            has_next=not count,
        )
        return page

    def order(self, external_id: str) -> Fetched | Misread | None:
        """One trade in full."""
        try:
            found: Fetched | Misread = self._session.send(
                self._calls.GET, external_id=external_id
            )
        except Rejected as error:
            if absent(error):
                return None
            raise
        return found

    def _window(self, window: Window) -> dict[str, datetime | str]:
        since = window.since.replace(microsecond=0) - EDGE
        until = window.until + EDGE
        if until.microsecond:
            until = until.replace(microsecond=0) + timedelta(seconds=1)
        kinds = _fact(self._session, "trade_kinds")
        return {"since": since, "until": until, "kinds": kinds}


def _fact(session: Session, name: str) -> str:
    return session.facts.get(name) or FACTS[name]


@hookimpl
def hub_channel() -> Channel:
    """Announce Taobao and Tmall."""
    return CHANNEL


@hookimpl
def hub_orders(session: Session) -> Orders:
    """The shop's trades."""
    return Orders(session)


@hookimpl
def hub_sandbox() -> str:
    """Where this channel's sandbox is made."""
    return "sandboxes.taobao:create"
