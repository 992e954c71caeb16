"""Orders of one shop: paid ones from search, unpaid ones from their own list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adapters.jd.pages import vender_of
from hub_core.errors import Forbidden, Gone, WrongShop
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Call, Fetched, Item, Misread, Page

from .asking import EDGE, ends, shape
from .facts import days, fact, number, seconds

One = Fetched | Misread | None


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
            max_window=days(self.session, "max_window_days") - 2 * EDGE,
            settle_lag=seconds(self.session, "settle_lag_seconds"),
            overlap=seconds(self.session, "overlap_seconds"),
            page_size=number(self.session, "page_size"),
            rows_cap=number(self.session, "rows_cap"),
            look_back=days(self.session, "look_back_days"),
            assumptions=("order_state", "rows_cap", "settle_lag_seconds"),
        )
        unpaid = replace(
            paid,
            name="unpaid",
            order="not documented",
            look_back=days(self.session, "unpaid_look_back_days"),
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
        since, until = ends(window)
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
        return shape(self.session, area)

    def _fact(self, name: str) -> str:
        return fact(self.session, name)

    def _source(self) -> str | None:
        return self._fact("source_id") or None
