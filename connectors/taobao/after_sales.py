"""After-sale cases: read as orders are, since their list is asked and counted alike.

In what order its rows come no document says (taobao.refunds.receive.get); read from the
last page on, a case that changes on the way is met again, whichever it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.taobao.envelope import elsewhere
from adapters.taobao.trade import seller_of
from hub_core.errors import BadRequest, Rejected
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page, pick

from .asking import SLACK, ends, refuse_others
from .facts import ADAPTERS, days, fact, seconds

NO_SUCH = ":refund_id"
"""How a sub-code ends that refuses the id asked for."""


class AfterSales:
    """The after-sale cases of one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "after_sales", session.shop.pins.get("after_sales"))
        self.streams = (
            Stream(
                name="after_sales",
                paging=Paging.REVERSE_OFFSET,
                order="not documented",
                max_window=days(session, "refund_max_window_days") - SLACK,
                settle_lag=seconds(session, "settle_lag_seconds"),
                overlap=timedelta(minutes=1),
                page_size=100,
                list_is_partial=True,
                look_back=days(session, "refund_look_back_days"),
                assumptions=(
                    "settle_lag_seconds",
                    "trade_kinds",
                    "refund_max_window_days",
                    "refund_look_back_days",
                ),
            ),
        )

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1 with the total."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`. TOP counts rows or says whether more follow, not both."""
        page: Page = self._session.send(
            self._calls.LIST,
            **self._window(window),
            size=stream.page_size,
            page=number,
            has_next=not count,
        )
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One case in full. What TOP answers where there is none, no document says: the
        sub-codes that are configured; a refusal of the very id is told of this case, any
        other is raised."""
        try:
            found = self._get(external_id)
        except Rejected as error:
            sub_code = (error.code or "").rpartition("/")[2]
            if sub_code and sub_code in fact(self._session, "refund_not_found").split(","):
                return None
            if not isinstance(error, BadRequest) or not sub_code.endswith(NO_SUCH):
                raise
            return Misread(external_id, "TOP does not take its refund_id", None)
        refuse_others(self._session, seller_of(found), "a case")
        return found

    def _get(self, external_id: str) -> Fetched | Misread:
        """Price protection and cash given back are refused here and had elsewhere."""
        special = getattr(self._calls, "SPECIAL", None)
        try:
            found: Fetched | Misread = self._session.send(
                self._calls.GET, external_id=external_id
            )
        except Rejected as error:
            if special is None or not elsewhere(error):
                raise
            found = self._session.send(special, external_id=external_id)
        return found

    def _window(self, window: Window) -> dict[str, datetime | str]:
        return {**ends(window), "kinds": fact(self._session, "trade_kinds")}
