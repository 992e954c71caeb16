"""Products of one account: what buyers see, and what waits for its audit.

A product that is on sale and has an edit in audit stands in both lists under one id. What
it is the online list tells; the drafts tell only of products that were never online.
Neither list nor lookup counts what it has, so an answer that leaves a product out is no
proof that there is none: see `LaikeProducts._online`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.douyin_laike.envelope import PRODUCT_NOT_FOUND, says_not_found
from hub_core.errors import Misconfigured, Rejected
from hub_core.models import Record
from hub_core.ports import Session, Stream, Window
from hub_core.wire import Fetched, Item, Misread, Page, Ref, pick

from .cursors import Cursored, own, snapshot
from .facts import ADAPTERS, FACTS, ID

PAGE_SIZE = 50
DRAFTS_SIZE = 10
"""As many as one lookup takes."""
AREA = "products"
ONLINE, DRAFTS = "products", "product_drafts"
STATUSES = ("", "2", "3")
"""What the online list is asked for, one after the other: no status, off sale, banned.
Whether no status is every status, or what buyers see, no page says; and words that no
page names can be asked for in no other way."""
STEP = "|"
"""In a cursor: behind the status, before the platform's own."""
ANSWERS = 3
"""So many answers in a row leave a product out before it is taken for absent."""


class LaikeProducts(Cursored):
    """Two lists without time, each read whole."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._calls = pick(ADAPTERS, AREA, session.shop.pins.get(AREA))
        self._listed: set[str] = set()
        """Ids that the online list has told: no draft of theirs is a new product."""
        self._told: dict[str, Record] = {}
        """The products of this reading of it, as it told them."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All products as they stand, and all drafts of those not online yet."""
        quiet = "no product comes or goes during a reading"
        return (
            snapshot(ONLINE, PAGE_SIZE, quiet, "what is not listed unasked is 2 or 3"),
            snapshot(DRAFTS, DRAFTS_SIZE, quiet),
        )

    def ask(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that begins at `cursor`."""
        if stream.name == DRAFTS:
            return self._new(self._send(self._calls.DRAFTS, stream, cursor))
        status, _, inner = (cursor or STEP).partition(STEP)
        page = self._send(
            self._calls.LIST,
            stream,
            inner or None,
            status=int(status) if status else None,
            goods_creator_type=self._creator(),
        )
        if cursor is None:
            self._told.clear()
        new = tuple([item for item in page.items if not self._is_told(item)])
        self._told |= {i.record.external_id: i.record for i in new if type(i) is Fetched}
        self._listed |= {name for item in new if (name := _id(item))}
        onward = _onward(status, page.cursor)
        return replace(page, items=new, cursor=onward, has_more=onward is not None)

    def _is_told(self, item: Item) -> bool:
        """Whether this reading has told just the same, when it asked for no status."""
        record = item.record if isinstance(item, Fetched) else None
        return record is not None and self._told.get(record.external_id) == record

    def _send(self, call: Any, stream: Stream, cursor: str | None, **more: Any) -> Page:
        page: Page = self._session.send(
            call,
            account_id=self._account,
            cursor=cursor,
            count=stream.page_size,
            **more,
        )
        if self._calls.OF_ONE_MERCHANT:
            return page
        return replace(page, items=tuple([i for i in page.items if self._is_ours(i)]))

    def _is_ours(self, item: Item) -> bool:
        """Whether it is the shop's, as far as its row tells: one that names no owner may
        be."""
        shop = self._session.shop
        return _owner(item) in (None, self._account, shop.account.get("root_account_id"))

    def _creator(self) -> int | None:
        said = str(
            self._session.facts.get("goods_creator_type", FACTS["goods_creator_type"])
        )
        if said not in ("", "0", "1"):
            raise Misconfigured(f"{ID}: goods_creator_type is 0, 1 or blank, not {said!r}")
        return int(said) if said else None

    # Drafts ----------------------------------------------------------------------------

    def _new(self, page: Page) -> Page:
        """The page without drafts of products that are online already."""
        names = [_id(item) for item in page.items]
        unsure = {name for name in names if name} - self._listed
        known = self._listed | self._online(unsure)
        kept = [i for i, name in zip(page.items, names, strict=True) if name not in known]
        return replace(page, items=tuple(kept))

    def _online(self, names: set[str]) -> set[str]:
        """Which of these are online. What an answer leaves out it may have lost: a product
        is not online where the platform says so, or where ANSWERS leave it out."""
        unsure, known = set(names), set[str]()
        for _ in range(ANSWERS):
            waiting = sorted(unsure)
            for n in range(0, len(waiting), DRAFTS_SIZE):
                found, absent = self._look_up(waiting[n : n + DRAFTS_SIZE])
                known |= found
                unsure -= found | absent
        return known

    def _look_up(self, names: Sequence[str]) -> tuple[set[str], set[str]]:
        """Of these products those found online, and those the platform says are not. An
        answer that is refused, or has a row without an id, says nothing of one among many:
        each is asked for alone then."""
        try:
            items = self._find(self._calls.GET, ",".join(names)).items
        except Rejected as refusal:
            if not says_not_found(refusal, PRODUCT_NOT_FOUND):
                raise
            return (set(), set(names)) if len(names) == 1 else self._one_by_one(names)
        if len(names) > 1 and any(_id(item) is None for item in items):
            return self._one_by_one(names)
        return {name for name in names if any(own(i, name) for i in items)}, set()

    def _one_by_one(self, names: Sequence[str]) -> tuple[set[str], set[str]]:
        each = [self._look_up([name]) for name in names]
        found, absent = zip(*each, strict=True)
        return set().union(*found), set().union(*absent)

    # By id -----------------------------------------------------------------------------

    def _find(self, call: Any, names: str) -> Page:
        page: Page = self._session.send(call, account_id=self._account, product_ids=names)
        return page

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One product by its id: as it is online, else as a draft."""
        for call in (self._calls.GET, self._calls.GET_DRAFT):
            if (found := self._one(call, external_id)) is not None:
                return found
        return None

    def _one(self, call: Any, external_id: str) -> Fetched | Misread | None:
        """None where the platform says there is none, or where ANSWERS leave it out."""
        for _ in range(ANSWERS):
            try:
                items = self._find(call, external_id).items
            except Rejected as refusal:
                if not says_not_found(refusal, PRODUCT_NOT_FOUND):
                    raise
                return None
            if found := [x for item in items if (x := own(item, external_id))]:
                return found[0]
        return None


def _onward(status: str, cursor: object) -> str | None:
    """Where the reading goes on: in this status, else in the next; None after the last."""
    if cursor is not None:
        return f"{status}{STEP}{cursor}"
    behind = STATUSES[STATUSES.index(status) + 1 :]
    return f"{behind[0]}{STEP}" if behind else None


def _id(item: Item) -> str | None:
    return item.record.external_id if isinstance(item, Fetched) else item.external_id


def _owner(item: Item) -> str | None:
    """The account a row says its product belongs to."""
    raw: Any = None if isinstance(item, Ref) else item.raw
    product = raw.get("product") if isinstance(raw, dict) else None
    owner = product.get("owner_account_id") if isinstance(product, dict) else None
    return str(owner) if owner else None
