"""Lists whose pages the platform hands out: runs, lists read whole, and what is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hub_core.errors import Down, Retryable, Unreadable
from hub_core.models import ListingStatus, Product
from hub_core.ports import Paging, Stream, Window
from hub_core.store import Store, parked, streams
from hub_core.store.journal import JournalBuffer
from hub_core.store.kinds import PRODUCT
from hub_core.store.shops import add_shop, shop_named
from hub_core.sync import Counts, Poll
from hub_core.sync.ledger import Ledger, Provenance
from hub_core.sync.runs import PASSES
from hub_core.wire import Fetched, Item, Misread, Page, Ref
from tests import databases
from tests.sync.rows_that_move import SECOND, START, MovingClock

SNAPSHOT = Stream(
    name="products",
    paging=Paging.OPAQUE_CURSOR,
    order="not documented",
    max_window=timedelta(hours=12),
    settle_lag=timedelta(0),
    overlap=timedelta(0),
    page_size=3,
    is_snapshot=True,
    reread_every=None,
)
TIMED = replace(
    SNAPSHOT,
    is_snapshot=False,
    settle_lag=timedelta(minutes=2),
    overlap=10 * SECOND,
    look_back=timedelta(hours=13),
)
NOON = START + timedelta(hours=12)
HOUR = timedelta(hours=1)


@dataclass
class Shelf:
    """Products in memory, three a page; each call takes a second, then `between` may
    change them."""

    clock: MovingClock
    stream: Stream = SNAPSHOT
    rows: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    elsewhere: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """What stands in no list of these and can be asked for."""
    nameless: set[str] = field(default_factory=set)
    """Rows that come without their id."""
    only_names: bool = False
    """Rows are named, without a time, and have to be asked for."""
    between: Callable[[int], None] = lambda call: None
    calls: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (self.stream,)

    def put(self, *ids: str, at: datetime = START, word: str = "on") -> None:
        self.rows |= {id: (at, word) for id in ids}

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        self.calls += 1
        self.clock.pass_time(1)
        found = [id for id in sorted(self.rows) if self._fits(id, window)]
        first = int(cursor or 0)
        ids = found[first : first + stream.page_size]
        end = first + len(ids)
        page = Page(
            tuple(map(self._item, ids)), cursor=str(end) if end < len(found) else None
        )
        self.between(self.calls)
        return page

    def probe(self, stream: Stream, window: Window) -> Page:
        return self.after(stream, window, None)

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        raise AssertionError("such a list has no numbered pages")

    def record(self, external_id: str) -> Fetched | None:
        self.asked.append(external_id)
        every = self.elsewhere | self.rows
        return _product(external_id, *every[external_id]) if external_id in every else None

    def _fits(self, id: str, window: Window | None) -> bool:
        return window is None or window.since <= self.rows[id][0] <= window.until

    def _item(self, id: str) -> Item:
        if self.only_names:
            return Ref(id)
        if id in self.nameless:
            return Misread(None, "no id", {"title": id})
        return _product(id, *self.rows[id])


def _product(id: str, at: datetime, word: str) -> Fetched:
    status = ListingStatus.ON_SALE if word == "on" else ListingStatus.UNKNOWN
    product = Product(
        external_id=id, title=id, listing_status=status, listing_status_raw=word,
        channel_created_at=START, channel_updated_at=at,
    )  # fmt: skip
    return Fetched(product, {"id": id, "word": word})


class Desk:
    """A store and a poll over a shelf, the way the hub joins them."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.clock = shelf, shelf.clock
        self.store = Store.open(databases.new(), b"k" * 32, self.clock.now)
        self.provenance = Provenance()
        with self.store.writing() as connection:
            add_shop(
                connection, at=START, name="s", channel="c", external_id="1", app="a",
                start_at=START,
            )  # fmt: skip
            self.shop = shop_named(connection, "s")

    def poll(self) -> Poll:
        stream = self.shelf.stream
        with self.store.writing() as connection:
            lease = streams.take_lease(connection, self.shop.id, stream.name, "a test", 60)
        assert lease is not None
        ledger = Ledger(
            self.store, self.shop.owner, lease, None, self.clock.now, Counts(),
            JournalBuffer(), lambda: self.provenance, kind=PRODUCT,
        )  # fmt: skip
        return Poll(self.shelf, stream, self.clock, ledger)  # type: ignore[arg-type]

    def sync(self) -> Counts:
        poll = self.poll()
        poll.sync(START)
        return poll.counts

    def heal(self) -> Counts:
        poll = self.poll()
        poll.heal(timedelta(days=4))
        return poll.counts

    def stored(self) -> dict[str, str]:
        c = PRODUCT.table.c
        with self.store.reading() as connection:
            query = select(c.external_id, c.listing_status_raw)
            return {id: word for id, word in connection.execute(query)}

    def gone(self) -> set[str]:
        c = PRODUCT.table.c
        with self.store.reading() as connection:
            query = select(c.external_id).where(c.missing_at.is_not(None))
            return set(connection.execute(query).scalars())

    def proved(self) -> list[tuple[datetime, datetime, str, str]]:
        name = self.shelf.stream.name
        with self.store.reading() as connection:
            rows = streams.coverage_rows(connection, self.shop.id, name)
        return [(r.since, r.until, r.state, r.rule) for r in rows]


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(*ids: str, stream: Stream = SNAPSHOT) -> Desk:
        shelf = Shelf(MovingClock(NOON), stream)
        shelf.put(*ids)
        desks.append(Desk(shelf))
        return desks[-1]

    yield make
    for one in desks:
        one.store.close()


SEVEN = ("A", "B", "C", "D", "E", "F", "G")


# Lists read whole ----------------------------------------------------------------------


def test_a_list_is_proved_by_two_runs_that_saw_the_same(desk: Callable[..., Desk]) -> None:
    one = desk(*SEVEN)
    one.sync()

    assert set(one.stored()) == set(SEVEN)
    assert one.shelf.calls == 6
    (proof,) = one.proved()
    assert proof == (NOON - SECOND, NOON, "complete", "read 2 times, the same")


def test_what_is_one_page_with_room_is_read_once(desk: Callable[..., Desk]) -> None:
    one = desk("A", "B")
    one.sync()

    assert (one.shelf.calls, one.proved()[0][3]) == (1, "one page")


@pytest.mark.parametrize("ids", [(), ("A", "B", "C")], ids=["empty", "full"])
def test_a_page_that_is_empty_or_full_is_read_twice(
    desk: Callable[..., Desk], ids: tuple[str, ...]
) -> None:
    one = desk(*ids)
    one.sync()

    assert one.shelf.calls == 2


@pytest.mark.parametrize(
    ("provenance", "runs"),
    [
        (Provenance(signed=False), 2),
        (Provenance(smooth=False), 3),
        (Provenance(signed=False, smooth=False), 3),
    ],
)
def test_where_answers_may_come_twice_more_runs_have_to_agree(
    desk: Callable[..., Desk], provenance: Provenance, runs: int
) -> None:
    one = desk("A", "B")
    one.provenance = provenance
    one.sync()

    assert one.shelf.calls == runs


def test_a_row_that_a_shift_of_pages_hid_from_one_run_is_had_by_the_next(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)

    def leave(call: int) -> None:
        if call == 1:
            del one.shelf.rows["A"]  # D is on the page already read now

    one.shelf.between = leave
    one.sync()

    assert set(one.stored()) == set(SEVEN)
    assert one.proved()[0][2] == "complete"


def test_a_change_between_two_runs_is_stored_and_asks_for_a_third(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)

    def change(call: int) -> None:
        if call == 3:
            one.shelf.put("B", at=one.clock.now(), word="off")

    one.shelf.between = change
    one.sync()

    assert one.stored()["B"] == "off"
    assert one.shelf.calls == 9


def restless(one: Desk) -> None:
    """From now on a row changes after each call."""
    one.shelf.between = lambda call: one.shelf.put("B", at=one.clock.now(), word=f"{call}")


def test_a_list_that_keeps_differing_is_partial_and_makes_nothing_gone(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)
    one.sync()
    one.clock.pass_time(3600)
    del one.shelf.rows["C"]
    restless(one)
    counts = one.sync()

    assert (counts.partial, one.gone()) == (1, set())
    assert one.proved()[-1][2:] == ("partial", f"{PASSES} runs kept differing")


def test_a_whole_list_is_read_again_when_it_is_time_and_healed_at_once(
    desk: Callable[..., Desk],
) -> None:
    one = desk("A", "B")
    one.sync()
    one.clock.pass_time(60)
    one.sync()
    assert one.shelf.calls == 1

    one.heal()
    assert one.shelf.calls == 2

    one.clock.pass_time(3600)
    one.sync()
    assert one.shelf.calls == 3


def test_each_proof_reaches_from_the_former_reading_to_the_beginning_of_this(
    desk: Callable[..., Desk],
) -> None:
    one = desk("A", "B")
    one.sync()
    one.clock.pass_time(7200)
    begun = one.clock.now()
    one.sync()

    since, until, state, _ = one.proved()[-1]
    assert since <= NOON
    assert (until, state) == (begun, "complete")


# What is gone --------------------------------------------------------------------------


def test_what_the_list_has_no_longer_is_asked_for_and_marked(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)
    one.sync()
    del one.shelf.rows["C"]
    one.heal()

    assert one.shelf.asked == ["C"]
    assert one.gone() == {"C"}


def test_what_can_still_be_had_by_its_id_is_stored_and_not_gone(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)
    one.sync()
    at, _ = one.shelf.rows.pop("C")
    one.shelf.elsewhere["C"] = at + HOUR, "off"
    one.heal()

    assert one.stored()["C"] == "off"
    assert one.gone() == set()


def test_what_is_gone_comes_back_with_the_list(desk: Callable[..., Desk]) -> None:
    one = desk(*SEVEN)
    one.sync()
    row = one.shelf.rows.pop("C")
    one.heal()
    one.shelf.rows["C"] = row
    one.heal()

    assert one.gone() == set()


def test_what_is_gone_is_asked_for_once(desk: Callable[..., Desk]) -> None:
    one = desk(*SEVEN)
    one.sync()
    del one.shelf.rows["C"]
    one.heal()
    one.heal()

    assert one.shelf.asked == ["C"]


def test_where_nothing_is_had_by_id_the_list_alone_tells_what_is_gone(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=replace(SNAPSHOT, by_id=False))
    one.sync()
    del one.shelf.rows["C"]
    one.heal()

    assert one.shelf.asked == []
    assert one.gone() == {"C"}


def test_a_row_that_lost_its_id_may_be_what_the_list_seems_to_have_no_longer(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=replace(SNAPSHOT, by_id=False))
    one.sync()
    one.shelf.nameless = {"C"}
    one.heal()

    assert one.gone() == set()
    with one.store.reading() as connection:
        assert len(parked.listing(connection, shop_id=one.shop.id)) == 1


def test_a_row_that_lost_its_id_is_asked_for_where_that_can_be_done(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)
    one.sync()
    one.shelf.nameless = {"C"}
    del one.shelf.rows["E"]
    one.heal()

    assert one.shelf.asked == ["C", "E"]
    assert one.gone() == {"E"}


# Lists that go wrong -------------------------------------------------------------------


def test_pages_that_go_in_circles_are_an_error_and_prove_nothing(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)
    straight = one.shelf.after

    def circling(stream: Stream, window: Window | None, cursor: str | None) -> Page:
        page = straight(stream, window, cursor)
        return replace(page, cursor=page.cursor or "3")

    one.shelf.after = circling  # type: ignore[method-assign]
    with pytest.raises(Unreadable, match="circles"):
        one.sync()

    assert one.proved() == []


def test_what_a_run_saw_before_it_broke_off_is_had_by_the_next(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN)

    def fail(call: int) -> None:
        if call == 2:
            raise Down("nobody answers")

    one.shelf.between = fail
    with pytest.raises(Down):
        one.sync()
    assert one.proved() == []

    one.sync()
    assert set(one.stored()) == set(SEVEN)


# Lists that take a span of time --------------------------------------------------------


def test_a_closed_window_is_proved_and_the_newest_is_read_and_not_proved(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=TIMED)
    one.shelf.put("Y", at=NOON - 5 * SECOND)
    one.sync()

    assert set(one.stored()) == {*SEVEN, "Y"}
    assert {state for _, _, state, _ in one.proved()} == {"complete"}
    assert max(until for _, until, _, _ in one.proved()) < NOON - 5 * SECOND


@pytest.mark.parametrize(
    ("provenance", "times"),
    [
        (Provenance(signed=True, smooth=False), 1),
        (Provenance(signed=False, smooth=True), 1),
        (Provenance(signed=False, smooth=False), 3),
    ],
)
def test_what_a_list_only_names_is_fetched_once_for_a_window(
    desk: Callable[..., Desk], provenance: Provenance, times: int
) -> None:
    """Where no answer can be a former one; else as often as the list is read."""
    one = desk(*SEVEN, stream=TIMED)
    one.shelf.only_names, one.provenance = True, provenance
    one.sync()

    assert one.shelf.calls > 3
    assert {one.shelf.asked.count(id) for id in SEVEN} == {times}


def test_a_row_that_shows_late_and_within_the_lag_is_in_the_next_proof(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=TIMED)
    one.sync()
    late = one.clock.now() - 100 * SECOND
    one.shelf.put("L", at=late)
    one.clock.pass_time(180)
    one.sync()

    assert "L" in one.stored()
    assert any(since <= late <= until for since, until, *_ in one.proved())


def test_a_window_that_keeps_differing_is_partial_until_it_rests(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=TIMED)

    def stir(call: int) -> None:
        one.shelf.put("D", at=START + call * SECOND)

    one.shelf.between = stir
    assert one.sync().partial > 0

    one.shelf.between = lambda call: None
    one.clock.pass_time(180)
    one.heal()
    with one.store.reading() as connection:
        rows = streams.coverage_rows(connection, one.shop.id, TIMED.name)
    left = [s for s in streams.open_spans(rows) if s.until > START - HOUR / 2]
    assert left == []


def test_a_window_that_breaks_off_in_its_middle_is_read_in_halves(
    desk: Callable[..., Desk],
) -> None:
    one = desk(stream=TIMED)
    for n in range(12):
        one.shelf.put(f"R{n:02d}", at=START + n * HOUR / 2)
    straight = one.shelf.after

    def frail(stream: Stream, window: Window | None, cursor: str | None) -> Page:
        if cursor == "9":
            raise Retryable("not now")
        return straight(stream, window, cursor)

    one.shelf.after = frail  # type: ignore[method-assign]
    one.sync()

    assert len(one.stored()) == 12
    assert {state for _, _, state, _ in one.proved()} == {"complete"}


def test_nothing_of_a_list_by_time_is_gone_because_a_window_has_it_no_longer(
    desk: Callable[..., Desk],
) -> None:
    one = desk(*SEVEN, stream=TIMED)
    one.sync()
    del one.shelf.rows["C"]
    one.clock.pass_time(600)
    one.sync()
    one.heal()

    assert (one.gone(), one.shelf.asked) == (set(), [])
