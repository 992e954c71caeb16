"""Products of one account: what buyers see, and what waits for its audit.

A product that is on sale and has an edit in audit stands in both lists under one id. What
it is the online list tells; the drafts tell only of products that were never online.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.douyin_laike.envelope import PRODUCT_NOT_FOUND, says_not_found
from hub_core.errors import Misconfigured, Rejected
from hub_core.ports import Session, Stream, Window
from hub_core.wire import Fetched, Item, Misread, Page, pick

from .cursors import Cursored, own, snapshot
from .facts import ADAPTERS, FACTS, ID

PAGE_SIZE = 50
DRAFTS_SIZE = 10
"""As many as one lookup takes."""
AREA = "products"
ONLINE, DRAFTS = "products", "product_drafts"


class LaikeProducts(Cursored):
    """Two lists without time, each read whole."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All products as they stand, and all drafts of those not online yet."""
        quiet = "no product comes or goes during a reading"
        return (
            snapshot(ONLINE, PAGE_SIZE, quiet, "no status asked for is every status"),
            snapshot(DRAFTS, DRAFTS_SIZE, quiet),
        )

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that begins at `cursor`."""
        if stream.name == DRAFTS:
            return self._new(self._send(self._calls.DRAFTS, stream, cursor))
        return self._send(
            self._calls.LIST, stream, cursor, goods_creator_type=self._creator()
        )

    def _send(self, call: Any, stream: Stream, cursor: str | None, **more: Any) -> Page:
        page: Page = self._session.send(
            call,
            account_id=self._account,
            cursor=cursor,
            count=stream.page_size,
            **more,
        )
        return page

    def _creator(self) -> int | None:
        said = str(
            self._session.facts.get("goods_creator_type", FACTS["goods_creator_type"])
        )
        if said not in ("", "0", "1"):
            raise Misconfigured(f"{ID}: goods_creator_type is 0, 1 or blank, not {said!r}")
        return int(said) if said else None

    def _new(self, page: Page) -> Page:
        """The page without drafts of products that are online already."""
        names = [_id(item) for item in page.items]
        known = self._online([name for name in names if name])
        kept = [i for i, name in zip(page.items, names, strict=True) if name not in known]
        return replace(page, items=tuple(kept))

    def _online(self, names: Sequence[str]) -> set[str | None]:
        """Which of these are known online. A lookup refused for one of many is asked
        again for each."""
        if not names:
            return set()
        try:
            found = self._find(self._calls.GET, ",".join(names[:DRAFTS_SIZE]))
        except Rejected as refusal:
            if not says_not_found(refusal, PRODUCT_NOT_FOUND):
                raise
            if len(names) == 1:
                return set()
            return {x for name in names for x in self._online([name])}
        return {_id(x) for x in found.items} | self._online(names[DRAFTS_SIZE:])

    def _find(self, call: Any, names: str) -> Page:
        page: Page = self._session.send(call, account_id=self._account, product_ids=names)
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One product by its id: as it is online, else as a draft."""
        for call in (self._calls.GET, self._calls.GET_DRAFT):
            try:
                page = self._find(call, external_id)
            except Rejected as refusal:
                if not says_not_found(refusal, PRODUCT_NOT_FOUND):
                    raise
                continue
            if found := [x for item in page.items if (x := own(item, external_id))]:
                return found[0]
        return None


def _id(item: Item) -> str | None:
    return item.record.external_id if isinstance(item, Fetched) else item.external_id
