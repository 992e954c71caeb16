"""After-sale cases: one list for each state, since no state is said to mean all.

A case that changes its state leaves one list and enters another, at the time of its change.
A single case has to be asked for together with its order's number, so that only the lists
tell of cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from adapters.pinduoduo.rules import Rules
from hub_core.errors import Misconfigured
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Call, Fetched, Misread, Page, pick

from .asking import ADAPTERS, HALF_HOUR, counted, fact, number, settle_lag, within

NAME = "after_sales"


@dataclass(frozen=True, slots=True)
class PddAfterSales:
    """The after-sale cases of one shop."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One for each state that is asked for."""
        first = Stream(
            name=NAME,
            paging=Paging.REVERSE_OFFSET,
            order="not documented",
            max_window=HALF_HOUR,
            settle_lag=settle_lag(self.session),
            overlap=timedelta(seconds=number(self.session, "overlap_seconds")),
            page_size=number(self.session, "page_size"),
            rows_cap=number(self.session, "rows_cap"),
            by_id=False,
            look_back=timedelta(days=number(self.session, "after_sales_look_back_days")),
            reread_every=None,
            assumptions=("after_sales_states", "rows_cap", "settle_lag_seconds"),
        )
        return tuple(replace(first, name=name) for name in self._states())

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 with the total; its rows count."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`; every answer counts."""
        page: Page = self.session.send(
            self._shape().LIST,
            **within(window),
            state=self._states()[stream.name],
            page=number,
            page_size=stream.page_size,
        )
        return counted(page)

    def record(self, external_id: str) -> None:
        """Never asked: its streams are not `by_id`."""
        raise Misconfigured(f"pinduoduo: case {external_id} cannot be had by its id alone")

    def single(self, order_sn: str, case_id: str) -> Fetched | Misread | None:
        """One case by both its numbers, as whoever decides on it wants to see it."""
        call: Call[Any] = self._shape().GET
        read: Any = call.read
        ruled = replace(call, read=partial(read, rules=Rules.of(self.session.facts)))
        found: Fetched | Misread | None = self.session.send(
            ruled, order_sn=order_sn, after_sales_id=case_id
        )
        return found

    def _shape(self) -> Any:
        return pick(ADAPTERS, NAME, self.session.shop.pins.get(NAME))

    def _states(self) -> dict[str, int]:
        """Stream to the state it asks for."""
        words = fact(self.session, "after_sales_states").split(",")
        if not all(word.strip().isdecimal() for word in words):
            raise Misconfigured("pinduoduo: after_sales_states are numbers, with commas")
        states = sorted({int(word) for word in words})
        if len(states) == 1:
            return {NAME: states[0]}
        return {f"{NAME}_{state}": state for state in states}
