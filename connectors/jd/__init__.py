"""JD (京东) POP shops: which calls make an operation. Source: channel paper JD §2, §3.

A shop's id here is its venderId (商家ID). JD's token answers do not tell whose token it is,
but its orders do: one of another merchant stops the shop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.jd.dialect import Jos
from adapters.jd.pages import vender_of
from hub_core import hookimpl
from hub_core.errors import Forbidden, Gone, Misconfigured, Unauthorised, WrongShop
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
from hub_core.wire import Call, Fetched, Item, Misread, Page, pick

ADAPTERS = "adapters.jd"
One = Fetched | Misread | None
EDGE = timedelta(seconds=1)
"""Whether a window's ends are inclusive is not said (C), and its times are whole
seconds: each end is asked for one second further out."""

FACTS = {
    # Two clients are known to send ALL alone. A list of states, the other way, hides every
    # order in a state that is newer than the list.
    "order_state": "ALL",
    "page_size": "100",  # some proxies stop at 50
    "max_window_days": "28",  # "one month", the shortest of which has 28 days
    "rows_cap": "10000",  # where deep pages end
    "settle_lag_seconds": "180",  # how late a changed order may enter the list
    "overlap_seconds": "300",
    "look_back_days": "90",  # changes older than three months are not listed
    "unpaid_look_back_days": "90",
    "unpaid_by_id": "yes",  # whether the app may ask for a single unpaid order
    "source_id": "",  # the platform's own default is JOS
}

CHANNEL = Channel(
    id="jd",
    title="京东",
    base_url="https://api.jd.com",
    dialect=Jos(),
    adapters=ADAPTERS,
    limits=(Limit(calls=5, seconds=1.0),),  # C: only a daily count is documented
    facts=FACTS,
)


@dataclass(frozen=True, slots=True)
class JdOrders:
    """Orders of one shop: paid ones from search, unpaid ones from their own list."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Both lists shrink while they are read, so both are read last page first."""
        paid = Stream(
            name="orders",
            paging=Paging.REVERSE_OFFSET,
            order="modified asc",
            max_window=timedelta(days=self._number("max_window_days")) - 2 * EDGE,
            settle_lag=timedelta(seconds=self._number("settle_lag_seconds")),
            overlap=timedelta(seconds=self._number("overlap_seconds")),
            page_size=self._number("page_size"),
            rows_cap=self._number("rows_cap"),
            look_back=timedelta(days=self._number("look_back_days")),
            assumptions=("order_state", "rows_cap", "settle_lag_seconds"),
        )
        unpaid = replace(
            paid,
            name="unpaid",
            order="not documented",
            look_back=timedelta(days=self._number("unpaid_look_back_days")),
            assumptions=("rows_cap", "settle_lag_seconds"),
        )
        return paid, unpaid

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1, whose rows count."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`; every answer carries the total."""
        since, until = window.since - EDGE, _whole_second(window.until) + EDGE
        asked: dict[str, Any] = {
            "since": since,
            "until": until,
            "page": number,
            "page_size": stream.page_size,
        }
        if stream.name == "orders":
            asked |= {"states": self._fact("order_state"), "source_id": self._source()}
        listed: Call[Page] = self._shape(stream.name).LIST
        page = self.session.send(listed, **asked)
        self._refuse_others(*page.items)
        return page

    def record(self, external_id: str) -> One:
        """A paid order, else an unpaid one. A split parent is neither: None."""
        paid: Call[One] = self._shape("orders").GET
        asked = {"order_id": external_id, "source_id": self._source()}
        found = self.session.send(paid, **asked)
        if found is None and self._fact("unpaid_by_id") == "yes":
            found = self._unpaid(external_id)
        if found is not None:
            self._refuse_others(found)
        return found

    def _unpaid(self, external_id: str) -> One:
        unpaid: Call[One] = self._shape("unpaid").GET
        try:
            return self.session.send(unpaid, order_id=external_id)
        except (Forbidden, Gone):
            return None

    def _refuse_others(self, *items: Item) -> None:
        """Rows that say nothing of their merchant are taken for the shop's own."""
        mine = self.session.shop.external_id
        others = [v for v in map(vender_of, items) if v not in (None, mine)]
        if others:
            raise WrongShop(
                f"its token opens another shop: an order of venderId {others[0]} came, "
                f"and this shop is {mine}; the owner of {mine} has to authorise the app"
            )

    def _shape(self, area: str) -> Any:
        return pick(ADAPTERS, area, self.session.shop.pins.get(area))

    def _fact(self, name: str) -> str:
        return self.session.facts.get(name, FACTS[name])

    def _number(self, name: str) -> int:
        try:
            return int(self._fact(name))
        except ValueError:
            raise Misconfigured(f"jd: the fact {name} is a whole number") from None

    def _source(self) -> str | None:
        return self._fact("source_id") or None


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


@dataclass(slots=True)
class JdAuthorisation:
    """Tokens of one shop, which its owner gives once and the hub refreshes."""

    session: Session
    shared: bool = False
    grace: timedelta = timedelta(0)

    def fetch(self) -> Grant:
        """Only the shop's owner can give a first token."""
        raise Unauthorised("the shop's owner has to authorise this app at JD")

    def refresh(self, refresh_token: str) -> Grant:
        """A new pair; allowed within 24 hours before the old one ends."""
        shape = pick(ADAPTERS, "token", self.session.shop.pins.get("token"))
        given = self.session.send(shape.REFRESH, refresh_token=refresh_token)
        return Grant(
            access_token=given.access_token,
            expires_in=given.expires_in,
            refresh_token=given.refresh_token,
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
def hub_authorisation(session: Session) -> Authorisation:
    """The shop's tokens."""
    return JdAuthorisation(session)


@hookimpl
def hub_sandbox() -> str:
    """JD in a box."""
    return "sandboxes.jd:create"
