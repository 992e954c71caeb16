"""A platform that refuses, repeats itself or never stands still, and what is kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub_core.errors import Forbidden, Rejected, Retryable, Unreadable
from hub_core.ports import Stream, Window
from hub_core.store import parked, streams
from hub_core.sync.evidence import Evidence
from hub_core.sync.ledger import Provenance
from hub_core.sync.rows import key_of
from hub_core.sync.walk import Walk
from hub_core.wire import Fetched, Misread, Page
from tests.sync.rows_that_move import START, MovingClock, MovingRows
from tests.sync.test_sync_walks import Desk

DAY = Window(START, START + timedelta(days=1))


class Stubborn(MovingRows):
    """Fails as told: by the number of a page call, by the id of an order."""

    refused: Callable[[str], Exception | None] = staticmethod(lambda id: None)
    broken: Callable[[int], Exception | None] = staticmethod(lambda call: None)
    hollow = False
    pages_asked = 0

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        self.pages_asked += 1
        if (error := self.broken(self.pages_asked)) is not None:
            raise error
        page = super().page(stream, window, number, count=count)
        return replace(page, items=()) if self.hollow else page

    def record(self, external_id: str) -> Fetched | None:
        if (error := self.refused(external_id)) is not None:
            raise error
        return super().record(external_id)


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(count: int = 40, **how: object) -> Desk:
        rows = Stubborn(MovingClock(), random.Random(1), **{"changes_per_call": 0, **how})  # type: ignore[arg-type]
        rows.fill(count)
        desks.append(Desk(rows))
        return desks[-1]

    yield make
    for one in desks:
        one.store.close()


def waiting(desk: Desk) -> dict[str | None, str]:
    with desk.store.reading() as connection:
        found = parked.listing(connection, shop_id=desk.shop.id)
    return {p.external_id: p.reason for p in found}


def cursor_moved(desk: Desk) -> bool:
    with desk.store.reading() as connection:
        return streams.progress(connection, desk.shop.id, "orders").cursor_at is not None


@pytest.mark.parametrize("error", [Rejected("no such trade type"), Unreadable("no trade")])
def test_one_order_that_cant_be_had_is_parked_and_stops_no_other(
    desk: Callable[..., Desk], error: Exception
) -> None:
    one = desk(partial=True)
    one.rows.refused = lambda id: error if id == "A00007" else None  # type: ignore[attr-defined]
    one.sync()

    assert one.stored().keys() == one.truth().keys() - {"A00007"}
    assert str(error) in waiting(one)["A00007"]
    assert cursor_moved(one)

    one.rows.refused = lambda id: None  # type: ignore[attr-defined]
    one.heal()
    assert one.stored() == one.truth()
    assert waiting(one) == {}


def test_when_no_order_can_be_had_the_reading_stops_at_the_third(
    desk: Callable[..., Desk],
) -> None:
    one = desk(partial=True)
    one.rows.refused = lambda id: Unreadable("no trade")  # type: ignore[attr-defined]

    with pytest.raises(Unreadable):
        one.sync()
    assert not cursor_moved(one)


def test_an_app_that_may_not_fetch_orders_stops_at_the_first(
    desk: Callable[..., Desk],
) -> None:
    one = desk(partial=True)
    one.rows.refused = lambda id: Forbidden("no permission")  # type: ignore[attr-defined]

    with pytest.raises(Forbidden):
        one.sync()
    assert waiting(one) == {}
    assert not cursor_moved(one)


def test_a_list_that_counts_rows_and_gives_none_is_an_error_that_says_so(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    one.rows.hollow = True  # type: ignore[attr-defined]

    with pytest.raises(Unreadable, match=r"counts \d+ rows .* gives none"):
        one.sync()
    assert not cursor_moved(one)


def test_a_walk_that_breaks_off_in_its_middle_goes_on_in_halves(
    desk: Callable[..., Desk],
) -> None:
    one = desk(partial=False)
    one.rows.broken = lambda call: Retryable("HTTP 500") if call == 5 else None  # type: ignore[attr-defined]
    one.sync()

    assert one.stored() == one.truth()
    assert cursor_moved(one)


def test_rows_of_a_pass_that_is_not_believed_are_kept_though_the_next_has_none(
    desk: Callable[..., Desk],
) -> None:
    """After a sync that broke off, answers without an id need others that agree."""
    one = desk(count=0)
    one.rows.add("once", START + timedelta(minutes=5))
    fresh, shown = one.rows.page, set[str]()

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        found = fresh(stream, window, number, count=count)
        left = tuple(f for f in found.items if key_of(f) not in shown)
        shown.update(map(key_of, left))
        return replace(found, items=left, total=len(left))

    one.rows.page = page  # type: ignore[method-assign]
    poll = one.poll()
    poll.ledger.provenance = lambda: Provenance(signed=False)
    with one.store.writing() as connection:
        lease = poll.ledger.lease
        streams.note_outcome(connection, lease, at=one.clock.now(), error="HTTP 500")
    poll.sync(START)

    assert one.stored().keys() == {"once"}
    assert cursor_moved(one)


def test_h8_the_last_answer_of_a_reading_is_not_taken_for_the_first_of_the_next(
    desk: Callable[..., Desk],
) -> None:
    """Where answers bear no id, and the former's rows fit into the next window."""
    one = desk(count=0)
    fresh, pages, again = one.rows.page, list[Page](), list[Page]()

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        if again:
            return again.pop()
        pages.append(fresh(stream, window, number, count=count))
        return pages[-1]

    def read() -> None:
        poll = one.poll()
        poll.ledger.provenance = lambda: Provenance(signed=False)
        poll.sync(START)

    one.rows.page = page  # type: ignore[method-assign]
    one.clock.pass_time(600)
    one.rows.add("young", one.clock.now() - timedelta(seconds=5))
    read()
    one.clock.pass_time(1_000)
    one.rows.add("missed", one.clock.now())
    one.clock.pass_time(1_000)
    again.append(former := pages[-1])
    read()

    assert ([key_of(item) for item in former.items], again) == (["young"], [])
    assert one.stored().keys() == {"young", "missed"}
    assert one.false_completes() == []


def test_a_platform_that_answers_nothing_is_asked_once_and_left_alone(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    one.rows.broken = lambda call: Retryable("HTTP 500")  # type: ignore[attr-defined]

    with pytest.raises(Retryable):
        one.sync()
    assert one.rows.pages_asked == 1  # type: ignore[attr-defined]


def test_after_a_sync_that_broke_off_the_next_keeps_what_it_can(
    desk: Callable[..., Desk],
) -> None:
    one = desk()
    one.rows.broken = lambda call: Retryable("HTTP 500")  # type: ignore[attr-defined]
    with pytest.raises(Retryable):
        one.sync()
    poll = one.poll()
    with one.store.writing() as connection:
        streams.note_outcome(
            connection, poll.ledger.lease, at=one.clock.now(), error="HTTP 500"
        )
    one.rows.broken = lambda call: Retryable("HTTP 500") if call > 6 else None  # type: ignore[attr-defined]
    with pytest.raises(Retryable):
        poll.sync(START)

    assert cursor_moved(one)
    assert 0 < len(one.stored()) < len(one.truth())


def test_a_sync_ends_though_the_platform_changes_as_fast_as_it_is_read(
    desk: Callable[..., Desk],
) -> None:
    one = desk(page_size=2, changes_per_call=3)
    one.sync()

    assert one.false_completes() == []
    assert one.rows.calls < 3_000


def test_a_seam_that_a_row_has_left_over_is_asked_for_apart(
    desk: Callable[..., Desk],
) -> None:
    one = desk(count=0, page_size=4)
    for n, minute in enumerate((7, 6, 5, 4, 4, 3)):
        one.rows.add(f"S{n}", START + timedelta(hours=2, minutes=minute))
    walk = Walk(one.rows, one.rows.streams[0], DAY)
    pages = walk.pages()
    next(pages)
    one.rows.add("S0", START + timedelta(days=3))
    list(pages)

    assert walk.seams == {START + timedelta(hours=2, minutes=4)}
    assert walk.proof is None
    assert walk.wants_only_seams


def test_hundreds_of_rows_in_one_second_are_proved_by_their_count(
    desk: Callable[..., Desk],
) -> None:
    one = desk(count=10, page_size=20, shuffle_ties=True)
    for n in range(300):
        one.rows.add(f"S{n}", START + timedelta(hours=5))
    one.sync()

    assert one.stored() == one.truth()
    assert one.false_completes() == []


def test_a_row_that_lost_its_id_in_one_of_two_answers_counts_as_nobody(
    desk: Callable[..., Desk],
) -> None:
    """It may be the spoiled form of a row that is seen elsewhere, and fill its place."""
    one = desk(count=0, page_size=5)
    for n in range(3):
        one.rows.add(f"S{n}", START + timedelta(hours=2, minutes=n))
    fresh, asked = one.rows.page, []
    bad = Misread(None, "no id", {"spoiled": True})

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        asked.append(number)
        found = fresh(stream, window, number, count=count)
        spoiled = bad if len(asked) == 2 else Misread(None, "no id", {"as ever": True})
        return replace(found, items=(*found.items, spoiled), total=4)

    one.rows.page = page  # type: ignore[method-assign]
    walk = Walk(one.rows, one.rows.streams[0], DAY)
    list(walk.pages())

    assert len(walk.seen) == 4
    assert walk.named.keys() == {"S0", "S1", "S2"}
    assert walk.steady == set()


def scripted(desk: Desk, shown: list[str], total: int, *, rough: bool = False) -> Walk:
    """A pass over pages of two in seconds that all share: rows by name, those in small
    letters without their id, and always the same."""
    items = [
        Misread(None, "no id", {"row": name}) if name.islower() else desk.rows.item(name)
        for name in shown
    ]

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        found = tuple(items[2 * number - 2 : 2 * number])
        return Page(found, total=total, number=number)

    desk.rows.page = page  # type: ignore[method-assign]
    walk = Walk(desk.rows, replace(desk.rows.streams[0], page_size=2), DAY, rough=rough)
    list(walk.pages())
    return walk


def test_spoiled_forms_of_rows_that_another_pass_names_do_not_count_beside_them(
    desk: Callable[..., Desk],
) -> None:
    """Five rows, of which neither pass shows E: C and D came without their ids once."""
    one, evidence = desk(count=0, page_size=2), Evidence()
    evidence.add(scripted(one, ["A", "B", "c", "d", "d"], 5))
    evidence.add(scripted(one, ["A", "B", "C", "D", "D"], 5))
    assert evidence.rule is None
    evidence.add(scripted(one, ["A", "B", "C", "E", "D"], 5))
    assert evidence.rule == "every row counted in 3 passes"


def test_a_row_that_never_has_an_id_counts_once_every_pass_has_shown_it(
    desk: Callable[..., Desk],
) -> None:
    one, evidence = desk(count=0, page_size=2), Evidence()
    evidence.add(scripted(one, ["A", "B", "x", "D", "D"], 5))
    evidence.add(scripted(one, ["A", "B", "x", "C", "D"], 5))
    assert evidence.rule == "every row counted in 2 passes"


def test_on_a_line_that_fails_a_row_without_an_id_is_counted_by_no_pass_alone(
    desk: Callable[..., Desk],
) -> None:
    one = desk(count=0, page_size=2)
    shown = ["A", "B", "x", "D", "C"]
    assert scripted(one, shown, 5).proof == "every row counted"
    rough, evidence = scripted(one, shown, 5, rough=True), Evidence()
    evidence.add(rough)
    assert (rough.proof, evidence.rule) == (None, None)
    evidence.add(scripted(one, shown, 5, rough=True))
    assert evidence.rule == "every row counted in 2 passes"


def test_h8_replayed_page(desk: Callable[..., Desk]) -> None:
    """A former answer to page 1 comes again after a row has left and another slid up."""
    one = desk(count=0, page_size=3)
    for n in range(4):
        one.rows.add(f"S{n}", START + timedelta(hours=2, minutes=n))
    first: list[Page] = []
    fresh = one.rows.page

    def page(stream: Stream, window: Window, number: int, *, count: bool = False) -> Page:
        if number == 1 and first:
            return first[0]
        found = fresh(stream, window, number, count=count)
        if number == 1:
            first.append(found)
            one.rows.add("S3", START + timedelta(days=3))
        return found

    one.rows.page = page  # type: ignore[method-assign]
    walk = Walk(one.rows, one.rows.streams[0], DAY)
    list(walk.pages())

    assert "S0" not in walk.seen
    assert walk.proof is None


def test_a_quiet_sync_is_one_call_that_tells_of_the_newest_minutes_too(
    desk: Callable[..., Desk],
) -> None:
    one = desk(count=3)
    one.sync()
    one.clock.pass_time(600)
    one.rows.add("new", one.clock.now() - timedelta(seconds=5))
    before = one.rows.calls
    one.sync()

    assert one.rows.calls - before == 1
    assert "new" in one.stored()
    with one.store.reading() as connection:
        until = streams.progress(connection, one.shop.id, "orders").cursor_at
    assert until is not None
    assert until < one.clock.now() - one.rows.lag


def test_newest_minutes_that_are_full_are_read_after_the_closed_window(
    desk: Callable[..., Desk],
) -> None:
    one = desk(count=3)
    one.sync()
    one.clock.pass_time(600)
    for n in range(12):
        one.rows.add(f"closed{n}", one.clock.now() - timedelta(seconds=300 + n))
        one.rows.add(f"young{n}", one.clock.now() - timedelta(seconds=1 + n))
    one.sync()

    assert one.stored() == one.truth()
    assert one.false_completes() == []
