"""One run over the uses of a window, each with the place it was made at.

A use names no place, but the list can be narrowed to some places. So the whole list is
read first and kept back; then the places are asked until every row has come at one. Where
there are more places than rows, many are asked at once, in halves as long as they have
rows. A client in production tells places the same way, one after the other.
Source: page life.capacity.billing/certificate.verifyrecord.query (`poi_ids`, one or
several places of the account).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.douyin_laike.envelope import PLACE_NOT_FOUND, says_not_found
from hub_core.errors import Rejected, Unreadable
from hub_core.models import Issue, Place, Redemption
from hub_core.ports import Session, ShopInfo, Window
from hub_core.wire import Fetched, Item, Page

from .facts import account_of, number
from .places import LaikePlaces

Ask = Callable[[Sequence[str], str | None], Page]
"""One call: the places (none: all there are), and the platform's cursor."""
NOWHERE = Issue("place_external_id", "at_no_known_place")
NOT_APART = Issue("place_external_id", "places_not_told_apart")
GOOD_FOR = timedelta(hours=1)
OPINIONS = 3
"""So many answers have two places with the same rows before they are not told apart: a
former answer that comes again shows the same."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a shop as they were read."""

    ids: tuple[str, ...]
    own: str | None
    """The one place whose own account the shop is: all is used there."""
    read_at: datetime


def read_places(session: Session) -> Places:
    """All places of the shop, in an order that stays."""
    items = list(_items(LaikePlaces(session)))
    ids = {i.record.external_id if isinstance(i, Fetched) else i.external_id for i in items}
    return Places(
        tuple(sorted(x for x in ids if x)), _own(items, session.shop), session.now()
    )


def _own(items: Sequence[Item], shop: ShopInfo) -> str | None:
    one = items[0] if len(items) == 1 else None
    place = one.record if isinstance(one, Fetched) else None
    if not isinstance(place, Place) or place.account_external_id != account_of(shop):
        return None
    return place.external_id


def _items(source: LaikePlaces) -> Iterator[Item]:
    (stream,) = source.streams
    cursor = None
    while True:
        page = source.after(stream, None, cursor)
        yield from page.items
        if page.cursor is None:
            return
        cursor = str(page.cursor)


class Memory:
    """What outlives a run: the places, whether the platform tells them apart, and where
    the rows of a window were used, which no second run over it need ask again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._places: Places | None = None
        self._window: Window | None = None
        self.known: dict[str, str] = {}
        """A use's id to its place."""
        self.apart: bool | None = None
        """None: not asked yet."""

    def places(self) -> Places:
        """The shop's places, read again when they are older than an hour."""
        now = self._session.now()
        if self._places is None or now - self._places.read_at > GOOD_FOR:
            self._places = read_places(self._session)
        return self._places

    @property
    def together(self) -> int:
        """The most places to ask at once."""
        return max(1, number(self._session.facts, "redemption_places_at_once"))

    def turn_to(self, window: Window | None) -> None:
        """A run over this window begins."""
        if window != self._window:
            self.known.clear()
        self._window = window


class ByPlace:
    """One run. Its pages come one for each answer, whether it brought rows or not."""

    def __init__(self, ask: Ask, memory: Memory) -> None:
        self._ask, self._memory = ask, memory
        self._kept: dict[str, Fetched] = {}
        """Rows whose place is not known yet."""
        self._rows = 0
        self._answers: dict[tuple[str, ...], list[set[str]]] = {}
        """The rows of each answer of this run, and the places it was about."""
        self._places: Places | None = None
        self._unplaced = NOWHERE

    def pages(self) -> Iterator[Page]:
        """The rows whose place is known, then those of each place asked, and last, in a
        page no answer stands for, those that came at none."""
        yield from self._whole()
        if self._places and self._kept and not self._places.own:
            yield from self._asked(self._places.ids)
        yield Page(tuple(self._left()))

    def _whole(self) -> Iterator[Page]:
        for page in self._list("all", ()):
            self._rows += len(page.items)
            told = tuple(x for item in page.items if (x := self._told(item)))
            yield replace(page, items=told)
            # Not sooner: rows are stored as what the last call has brought.
            if self._kept and self._places is None:
                self._places = self._memory.places()

    def _told(self, item: Item) -> Item | None:
        """The row with its place, where that is known; else it is kept back."""
        use = _use(item)
        if use is None or not isinstance(item, Fetched) or use.place_external_id:
            return item
        if place := self._memory.known.get(use.external_id):
            return _at(item, place)
        self._kept[use.external_id] = item
        return None

    def _left(self) -> Iterable[Item]:
        own = self._places.own if self._places else None
        for item in self._kept.values():
            yield _at(item, own) if own else _nowhere(item, self._unplaced)

    # Places ----------------------------------------------------------------------------

    def _asked(self, places: tuple[str, ...]) -> Iterator[Page]:
        if not self._apart(places):
            self._unplaced = NOT_APART
            return
        size = max(1, min(self._memory.together, len(places) // self._rows))
        every = range(len(places))
        groups = [every[n : n + size] for n in reversed(every[::size])]
        while groups and self._kept:
            group = groups.pop()
            name = f"{group.start}-{group.stop}"
            if len(group) == 1:
                yield from self._used_at(name, places[group.start])
                continue
            page = self._first(places[group.start : group.stop])
            if page is None or page.items:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
            yield Page((), cursor=name)

    def _used_at(self, name: str, place: str) -> Iterator[Page]:
        """The uses at one place. What is no use the whole list has told already."""
        for page in self._list(name, (place,)):
            uses = [i for i in page.items if isinstance(i, Fetched) and _use(i)]
            for use in uses:
                self._kept.pop(use.record.external_id, None)
                self._memory.known.setdefault(use.record.external_id, place)
            told = [_at(i, self._memory.known[i.record.external_id]) for i in uses]
            yield replace(page, items=tuple(told))

    def _apart(self, places: tuple[str, ...]) -> bool:
        """Whether the platform tells places apart. Where it passes over the parameter,
        or over its spelling, two places have the same rows."""
        if self._memory.apart is None and len(places) > 1:
            self._memory.apart = any(self._differ(*places[:2]) for _ in range(OPINIONS))
        return self._memory.apart is not False

    def _differ(self, one: str, other: str) -> bool:
        """Whether these two have no row in common."""
        first = self._ids(one)
        return not first or first.isdisjoint(self._ids(other))

    def _ids(self, place: str) -> set[str]:
        page = self._first((place,))
        return set(_named(page)) if page else set()

    # Calls -----------------------------------------------------------------------------

    def _list(self, name: str, places: Sequence[str]) -> Iterator[Page]:
        """The pages of one list. Their cursors bear its name; the last has one, too."""
        page = self._first(places)
        while page is not None:
            cursor = page.cursor
            yield replace(page, cursor=f"{name} {'end' if cursor is None else cursor}")
            if cursor is None:
                return
            page = self._sound(places, str(cursor))
            if page.cursor is not None and str(page.cursor) == str(cursor):
                raise Unreadable("redemptions: the cursor has not moved")

    def _first(self, places: Sequence[str]) -> Page | None:
        """The first page; None where the platform does not know one of the places."""
        try:
            return self._sound(places, None)
        except Rejected as refusal:
            if places and says_not_found(refusal, PLACE_NOT_FOUND):
                return None
            raise

    def _sound(self, places: Sequence[str], cursor: str | None) -> Page:
        """An answer. One with just the rows of other places, or of all, is asked for once
        more: a cache may have kept it, and its rows would get the wrong place."""
        page = self._ask(places, cursor)
        asked, former = set(places), self._answers.get(_named(page), ())
        if any(asked.isdisjoint(about) and (about or len(asked) == 1) for about in former):
            page = self._ask(places, cursor)
        if rows := _named(page):
            self._answers.setdefault(rows, []).append(asked)
        return page


def _named(page: Page) -> tuple[str, ...]:
    return tuple([use.external_id for item in page.items if (use := _use(item))])


def _use(item: Item) -> Redemption | None:
    record = item.record if isinstance(item, Fetched) else None
    return record if isinstance(record, Redemption) else None


def _at(item: Fetched, place: str) -> Fetched:
    """The use at that place, unless it names one itself."""
    use = _use(item)
    if use is None or use.place_external_id:
        return item
    return Fetched(replace(use, place_external_id=place), item.raw)


def _nowhere(item: Fetched, why: Issue) -> Fetched:
    use = _use(item)
    assert use is not None
    return Fetched(replace(use, issues=(*use.issues, why)), item.raw)
