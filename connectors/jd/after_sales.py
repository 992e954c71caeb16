"""After-sale cases of one shop, which JD keeps in two systems with a list each.

Refund applications come whole, by the time of their change. Service bills are named by
theirs; each is then asked for, and what it gave back with it, since only another method
tells of money. In what order either list has its rows no document says; read from the last
page on, a case that changes on the way is met again. Ids of the two are kept apart by what
stands before them: `refund:1` and `service:1` are two cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adapters.jd.cases import REFUND, SERVICE
from hub_core.errors import Forbidden, Garbled, Gone, Unreadable
from hub_core.models import AfterSale
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Fetched, Misread, Page

from .asking import EDGE, ends, shape
from .facts import days, fact, number, one_of, seconds

One = Fetched | Misread | None
PAGE_SIZE = 50
DEEPEST = 5_000
"""Rows of refund applications: pages go to 100, of 50."""
MOST_PAGES = 20
"""Pages of one order's money; no order has a thousand bills."""


@dataclass(frozen=True, slots=True)
class JdAfterSales:
    """Both systems' cases."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list for each system."""
        lag = "after_sale_settle_lag_seconds"
        refunds = Stream(
            name="refund_applies",
            paging=Paging.REVERSE_OFFSET,
            order="not documented",
            max_window=days(self.session, "after_sale_max_window_days") - 2 * EDGE,
            settle_lag=seconds(self.session, lag),
            overlap=seconds(self.session, "overlap_seconds"),
            page_size=PAGE_SIZE,
            rows_cap=DEEPEST,
            look_back=days(self.session, "after_sale_look_back_days"),
            assumptions=("refund_applies_by", lag, "after_sale_look_back_days"),
        )
        bills = replace(
            refunds,
            name="service_bills",
            rows_cap=number(self.session, "service_rows_cap"),
            list_is_partial=True,
            assumptions=("service_rows_cap", lag, "after_sale_look_back_days"),
        )
        return refunds, bills

    def probe(self, stream: Stream, window: Window) -> Page:
        """Page 1, whose rows count."""
        return replace(self.page(stream, window, 1, count=True), number=1)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`; every answer carries the total."""
        since, until = ends(window)
        asked: dict[str, Any] = {"page": number, "page_size": stream.page_size}
        calls = shape(self.session, stream.name)
        if stream.name == "service_bills":
            asked |= self._who() | {"since": since, "until": until}
        else:
            by = self._span(calls)
            asked |= {f"{by}_since": since, f"{by}_until": until}
        page: Page = self.session.send(calls.LIST, **asked)
        return page

    def record(self, external_id: str) -> One:
        """One case; None where its system has none of this number."""
        if external_id.startswith(REFUND):
            calls = shape(self.session, "refund_applies")
            asked = {"number": external_id.removeprefix(REFUND)}
            found: One = self.session.send(calls.GET, **asked)
            return found
        if external_id.startswith(SERVICE):
            return self._bill(external_id.removeprefix(SERVICE))
        return None

    # Service bills ---------------------------------------------------------------------

    def _bill(self, number: str) -> One:
        calls = shape(self.session, "service_bills")
        by = one_of(self.session, "service_bill_by", "sync", "query")
        call = calls.GET if by == "sync" else calls.QUERY
        found: One = self.session.send(call, number=number, **self._who())
        return self._with_money(calls, found) if isinstance(found, Fetched) else found

    def _with_money(self, calls: Any, found: Fetched) -> Fetched | Misread:
        """Asked for only where money can have moved, and where the app may ask."""
        case = found.record
        assert isinstance(case, AfterSale)
        if case.status in calls.WITHOUT_MONEY or case.order_external_id is None:
            return found
        rows = self._money(calls, case.order_external_id)
        unit = one_of(self.session, "service_money_unit", "", "fen", "yuan")
        if rows is None:
            untold: Fetched = calls.without_money(found)
            return untold
        told: Fetched | Misread = calls.with_money(found, rows, unit)
        return told

    def _money(self, calls: Any, order: str) -> list[Any] | None:
        """What was given back for an order, all of it; None where it can't be asked.
        Raises Unreadable where rows are counted and not given, or are of another."""
        if one_of(self.session, "service_money", "yes", "no") == "no":
            return None
        rows: list[Any] = []
        try:
            for page in range(1, MOST_PAGES + 1):
                told = self.session.send(calls.MONEY, order=order, page=page)
                if not told.is_of(order):
                    raise Garbled("what was given back is of another order")
                rows += told.rows
                if len(rows) >= told.total:
                    break
                if not told.rows:
                    raise Unreadable(f"{told.total} refunds are counted, not given")
            else:
                raise Unreadable(f"an order has refunds on more than {MOST_PAGES} pages")
        except (Forbidden, Gone):
            return None
        return rows

    def _who(self) -> dict[str, str]:
        pin = fact(self.session, "operate_pin")
        vender = self.session.shop.external_id
        return {"vender": vender, "operator": pin, "nick": pin}

    def _span(self, calls: Any) -> str:
        """The time windows are cut by; a shape without it has only one."""
        by = one_of(self.session, "refund_applies_by", "modified", "applied")
        spans: tuple[str, ...] = calls.SPANS
        return by if by in spans else spans[0]
