"""Products: a list without time, read whole, its pages numbered from 1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub_core.errors import Misconfigured, Unreadable
from hub_core.ports import Paging, Session, Stream, Window
from hub_core.wire import Page, pick

from .asking import ADAPTERS, counted, number

NAME = "products"


@dataclass(frozen=True, slots=True)
class PddProducts:
    """The products of one shop, on sale or not."""

    session: Session

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One list. Its spans of time mean nothing."""
        return (
            Stream(
                name=NAME,
                paging=Paging.OPAQUE_CURSOR,
                order="not documented",
                max_window=timedelta(days=1),
                settle_lag=timedelta(0),
                overlap=timedelta(0),
                page_size=number(self.session, "page_size"),
                is_snapshot=True,
                by_id=False,
                reread_every=None,
                assumptions=("no filter means every product",),
            ),
        )

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that `cursor` numbers, the first without. Others follow until as many
        rows were asked for as the platform counts, and a page says more."""
        at = 1 if cursor is None else _page_number(cursor)
        shape: Any = pick(ADAPTERS, NAME, self.session.shop.pins.get(NAME))
        page: Page = counted(
            self.session.send(shape.LIST, page=at, page_size=stream.page_size)
        )
        assert page.total is not None
        goes_on = at * stream.page_size < page.total
        if goes_on and not page.items:
            raise Unreadable(f"page {at} is empty, and {page.total} products are counted")
        return replace(page, cursor=str(at + 1) if goes_on else None)

    def probe(self, stream: Stream, window: Window) -> Page:
        """The first page; it counts them all."""
        return self.after(stream, None, None)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number`."""
        return self.after(stream, None, str(number))

    def record(self, external_id: str) -> None:
        """Never asked: its stream is not `by_id`."""
        raise Misconfigured(f"pinduoduo: product {external_id} is only had from the list")


def _page_number(cursor: str) -> int:
    try:
        return int(cursor)
    except ValueError:
        raise Misconfigured(f"pinduoduo: {cursor[:20]!r} is no page's number") from None
