"""Orders: one list by the time of their change, of whole orders, last page first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.pinduoduo.pages import Untold
from adapters.pinduoduo.rules import Rules
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Call, Fetched, Misread, Page, pick

from .asking import ADAPTERS, HALF_HOUR, counted, number, settle_lag, within

One = Fetched | Misread | None


@dataclass(frozen=True, slots=True)
class PddOrders:
    """Orders of one shop. Unpaid ones are not listed before their deal (C)."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list holds every order with a deal."""
        return (
            Stream(
                name="orders",
                paging=Paging.REVERSE_OFFSET,
                order="not documented",
                max_window=HALF_HOUR,
                settle_lag=settle_lag(self.session),
                overlap=timedelta(seconds=number(self.session, "overlap_seconds")),
                page_size=number(self.session, "page_size"),
                rows_cap=number(self.session, "rows_cap"),
                look_back=timedelta(days=number(self.session, "look_back_days")),
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
            **within(window),
            page=number,
            page_size=stream.page_size,
            has_next=not count,
        )
        return counted(page) if count else page

    def record(self, external_id: str) -> One:
        """One order in full, as the list has it too. An answer without it proves nothing:
        where an order stands is then asked apart."""
        call = self._ruled(self._shape().GET)
        try:
            found: One = self.session.send(call, order_sn=external_id)
        except Untold:
            if self._is_there(external_id):
                raise
            return None
        return found

    def _is_there(self, order_sn: str) -> bool:
        calls: Any = pick(ADAPTERS, "order_status", None)
        stand: Mapping[str, int] = self.session.send(calls.GET, order_sn=order_sn)
        return bool(stand.get(order_sn) != calls.NO_ORDER)

    def _shape(self) -> Any:
        return pick(ADAPTERS, "orders", self.session.shop.pins.get("orders"))

    def _ruled(self, call: Call[Any]) -> Call[Any]:
        read: Any = call.read
        return replace(call, read=partial(read, rules=Rules.of(self.session.facts)))
