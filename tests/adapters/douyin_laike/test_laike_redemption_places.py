"""Where vouchers were used: the list does not say, so it is asked place by place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import Misconfigured, Rejected, Unreadable
from hub_core.models import Issue, Redemption
from hub_core.ports import Window
from hub_core.wire import JSON, Call, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, NOON, Line
from tests.adapters.douyin_laike.records import fine, shape

HOUR = Window(NOON - timedelta(hours=2), NOON - timedelta(hours=1))
EAST, WEST, NORTH, SOUTH = "6601", "6602", "6603", "6604"
GONE = "6699"
"""A place the shop has no more."""
FOUR = (EAST, WEST, NORTH, SOUTH)
Where = Mapping[str, str | None]
"""Each use by its number, to its place."""


@dataclass
class Town:
    """A platform that knows of each use where it was made, and tells no one."""

    uses: Sequence[tuple[str, str | None]]
    places: Sequence[str] = FOUR
    accounts: Mapping[str, str] = field(default_factory=dict)
    """A place to its own account."""
    heeds: bool = True
    """Whether it narrows a list to the places asked."""
    unknown: Sequence[str] = ()
    """Places it refuses to answer for."""
    row: JSON = field(default_factory=dict)

    def reply(self, call: Call[Any], asked: JSON) -> JSON:
        if call.name == "places.list":
            begin = (asked["page"] - 1) * asked["size"]
            listed = self.places[begin : begin + asked["size"]]
            return fine(pois=list(map(self._place, listed)), total=len(self.places))
        wanted = asked.get("poi_ids")
        if set(wanted or ()) & set(self.unknown):
            return refusal(20003)
        rows = [
            self._row(*use)
            for use in self.uses
            if not (self.heeds and wanted) or use[1] in wanted
        ]
        begin = next(
            (n for n, r in enumerate(rows, 1) if r["cursor"] == asked["cursor"]), 0
        )
        return fine(records=rows[begin : begin + asked["size"]], total=len(rows))

    def with_first_row(self, **changes: Any) -> Callable[[Call[Any], JSON], JSON]:
        """The same, with something else about the first use of each list."""

        def reply(call: Call[Any], asked: JSON) -> JSON:
            body = self.reply(call, asked)
            for row in body["data"].get("records", [])[:1]:
                if row["verify_id"] == self.uses[0][0]:
                    row |= changes
            return body

        return reply

    def _place(self, id: str) -> JSON:
        own = {"poi_account": {"account_id": self.accounts.get(id)}}
        return {"poi": {"poi_id": id, "poi_name": "茶馆"}, "account": own}

    def _row(self, id: str, place: str | None) -> JSON:
        return {
            "cursor": f"c{id}",
            "verify_id": id,
            "verify_time": int(HOUR.since.timestamp()) + 60,
            "status": 1,
            "amount": {"pay_amount": 4000},
        } | self.row


def refusal(sub: int) -> JSON:
    extra = {"error_code": 2191002, "sub_error_code": sub}
    return {"data": {"error_code": 2191002}, "extra": extra}


def open_(town: Town, **facts: str) -> tuple[laike.LaikeRedemptions, Line]:
    line = Line(town.reply, facts=facts)
    return laike.LaikeRedemptions(line), line


def pages(source: laike.LaikeRedemptions, window: Window = HOUR) -> Iterator[Page]:
    (stream,) = source.streams
    cursor = None
    while True:
        page = source.after(stream, window, cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


def run(source: laike.LaikeRedemptions, window: Window = HOUR) -> dict[str, Redemption]:
    """Every use of a run, as the engine has it at the end."""
    items = [item for page in pages(source, window) for item in page.items]
    records = [item.record for item in items if isinstance(item, Fetched)]
    return {r.external_id: r for r in records if isinstance(r, Redemption)}


def where(found: Mapping[str, Redemption]) -> Where:
    return {id: record.place_external_id for id, record in found.items()}


def asked_places(line: Line) -> list[list[str]]:
    """The places of each call that named some."""
    return [asked["poi_ids"] for _, asked in line.asked if asked.get("poi_ids")]


def spread(rows: int, *places: str | None) -> list[tuple[str, str | None]]:
    return [(f"75{n:04d}", places[n % len(places)]) for n in range(rows)]


# A run ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3, 4, 20, 21, 130])
@pytest.mark.parametrize("together", ["1", "3", "100"])
def test_every_use_gets_the_place_it_was_made_at(rows: int, together: str) -> None:
    town = Town(spread(rows, SOUTH, EAST, SOUTH))
    source, _ = open_(town, redemption_places_at_once=together)
    assert where(run(source)) == dict(town.uses)


def test_a_window_without_uses_costs_one_call() -> None:
    source, line = open_(Town([]))
    assert run(source) == {}
    assert [call.name for call, _ in line.asked] == ["redemptions.list"]


def test_nothing_is_told_before_its_place_is_known() -> None:
    source, line = open_(Town(spread(2, WEST)))
    told = [(len(page.items), page.cursor) for page in pages(source)]
    assert told == [
        (0, "all c750001"),  # kept back
        (0, "all end"),
        (0, "0-2"),  # two places at once: there are twice as many as rows
        (0, "0-1 end"),
        (2, "1-2 c750001"),
        (0, "1-2 end"),
        (0, None),
    ]
    # West's are all there are, as a former answer's would be: they are asked for twice.
    assert asked_places(line) == [[EAST], [EAST, WEST], [EAST], [WEST], [WEST], [WEST]]


def test_all_is_asked_in_the_same_window_and_every_cursor_is_another() -> None:
    source, line = open_(Town(spread(50, *FOUR)))
    cursors = [page.cursor for page in pages(source)]
    assert len(set(cursors)) == len(cursors)
    spans = {
        (asked["start_time"], asked["end_time"])
        for call, asked in line.asked
        if call.name == "redemptions.list"
    }
    assert len(spans) == 1


def test_rows_are_told_right_after_the_call_that_lists_redemptions() -> None:
    source, line = open_(Town(spread(50, *FOUR)))
    for _ in pages(source):
        assert line.asked[-1][0].name == "redemptions.list"


def test_a_second_run_over_the_window_asks_no_place_again() -> None:
    source, line = open_(Town(spread(30, *FOUR)))
    first = run(source)
    asked = len(asked_places(line))
    assert run(source) == first
    assert len(asked_places(line)) == asked
    later = Window(HOUR.until, HOUR.until + timedelta(hours=1))
    assert where(run(source, later)) == where(first)
    assert len(asked_places(line)) > asked


def test_a_use_taken_back_meanwhile_is_told_with_its_place() -> None:
    town = Town(spread(3, WEST))
    source, _ = open_(town)
    run(source)
    town.row = {"status": 2, "cancel_time": int(HOUR.until.timestamp())}
    found = run(source)
    assert {r.place_external_id for r in found.values()} == {WEST}
    assert all(r.cancelled_at for r in found.values())


def test_a_use_that_comes_while_places_are_asked_is_told() -> None:
    town = Town(spread(2, SOUTH))
    source, _ = open_(town)
    walk = pages(source)
    items = [next(walk).items, next(walk).items]
    town.uses = [*town.uses, ("769999", SOUTH)]
    ids = [
        i.record.external_id
        for i in sum([p.items for p in walk], ())
        if isinstance(i, Fetched)
    ]
    assert items == [(), ()]
    assert ids == ["750000", "750001", "769999"]


# Uses without a place --------------------------------------------------------------------


def test_a_use_at_no_place_the_shop_has_comes_last_and_says_so() -> None:
    source, _ = open_(Town([("7501", GONE), ("7502", WEST)]))
    *_, last = pages(source)
    (item,) = last.items
    assert isinstance(item, Fetched)
    assert isinstance(item.record, Redemption)
    assert item.record.external_id == "7501"
    assert item.record.place_external_id is None
    assert item.record.issues == (Issue("place_external_id", "at_no_known_place"),)
    assert item.raw["verify_id"] == "7501"


def test_a_use_that_names_its_place_is_believed_and_not_asked_for() -> None:
    source, line = open_(Town(spread(2, None), row={"poi_id": "6642"}))
    assert set(where(run(source)).values()) == {"6642"}
    assert {call.name for call, _ in line.asked} == {"redemptions.list"}


def test_a_place_that_is_asked_has_no_say_about_a_use_that_names_another() -> None:
    town = Town(spread(2, WEST))
    source = laike.LaikeRedemptions(Line(town.with_first_row(poi_id="6642")))
    assert where(run(source)) == {"750000": "6642", "750001": WEST}


def test_of_two_places_that_claim_a_use_it_stays_at_the_first() -> None:
    town = Town([("7501", WEST), ("7502", SOUTH)], (EAST, WEST, NORTH, SOUTH))

    def twice(call: Call[Any], asked: JSON) -> JSON:
        if asked.get("poi_ids") == [NORTH]:
            asked = asked | {"poi_ids": [WEST]}
        return town.reply(call, asked)

    line = Line(twice, facts={"redemption_places_at_once": "1"})
    source = laike.LaikeRedemptions(line)
    assert where(run(source)) == {"7501": WEST, "7502": SOUTH}


def test_where_the_platform_passes_over_the_places_no_use_gets_a_wrong_one() -> None:
    source, line = open_(Town(spread(5, WEST, SOUTH), heeds=False))
    found = run(source)
    assert set(where(found).values()) == {None}
    issue = Issue("place_external_id", "places_not_told_apart")
    assert {record.issues for record in found.values()} == {(issue,)}
    asked = asked_places(line)
    assert {len(places) for places in asked} == {1}  # three times, and then no more
    assert run(source) == found
    assert asked_places(line) == asked  # found out once


def spoilt_once(town: Town, number: int, answer: JSON) -> laike.LaikeRedemptions:
    """A source whose call for places of that number, from 1, is answered with this."""
    calls = 0

    def reply(call: Call[Any], asked: JSON) -> JSON:
        nonlocal calls
        calls += (names_places := bool(asked.get("poi_ids")))
        return answer if names_places and calls == number else town.reply(call, asked)

    return laike.LaikeRedemptions(Line(reply))


def answered(town: Town, *places: str) -> JSON:
    asked = {"cursor": "0", "size": 20, "poi_ids": list(places) or None}
    return town.reply(shape("redemptions_v1").LIST, asked)


def test_places_that_look_alike_once_are_still_told_apart() -> None:
    town = Town(spread(5, EAST, WEST))
    source = spoilt_once(town, 2, answered(town, EAST))
    assert where(run(source)) == dict(town.uses)


@pytest.mark.parametrize("former", [(), (EAST,)], ids=["all", "another place"])
def test_rows_of_a_former_answer_are_not_taken_for_a_places_own(
    former: tuple[str, ...],
) -> None:
    town = Town(spread(5, EAST, WEST), (EAST, WEST, NORTH))
    source = spoilt_once(town, 5, answered(town, *former))
    assert where(run(source)) == dict(town.uses)


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_a_place_that_counts_uses_and_lists_none_is_no_empty_place(number: int) -> None:
    town = Town(spread(5, EAST, WEST), (EAST, WEST))
    source = spoilt_once(town, number, fine(records=[], total=3))
    assert where(run(source)) == dict(town.uses)


def test_uses_that_are_counted_and_never_listed_are_an_error() -> None:
    town = Town(spread(5, EAST, WEST))

    def reply(call: Call[Any], asked: JSON) -> JSON:
        hollow = fine(records=[], total=3)
        return hollow if asked.get("poi_ids") else town.reply(call, asked)

    with pytest.raises(Unreadable, match="counted"):
        run(laike.LaikeRedemptions(Line(reply)))


def test_a_place_the_platform_does_not_know_hides_no_other() -> None:
    town = Town([("7501", WEST), ("7502", SOUTH)], unknown=[EAST, NORTH])
    source, _ = open_(town)
    assert where(run(source)) == dict(town.uses)


def test_any_other_refusal_of_a_place_is_an_error() -> None:
    town = Town(spread(2, WEST))
    line = Line(
        lambda call, asked: (
            refusal(20000) if asked.get("poi_ids") else town.reply(call, asked)
        )
    )
    source = laike.LaikeRedemptions(line)
    with pytest.raises(Rejected):
        run(source)


def test_a_use_that_cannot_be_read_is_put_aside_once() -> None:
    town = Town(spread(2, WEST))
    source = laike.LaikeRedemptions(Line(town.with_first_row(verify_time=0)))
    items = [item for page in pages(source) for item in page.items]
    assert [item.external_id for item in items if isinstance(item, Misread)] == ["750000"]
    assert [i.record.external_id for i in items if isinstance(i, Fetched)] == ["750001"]


def test_no_code_is_kept_with_a_place() -> None:
    source, _ = open_(Town(spread(2, WEST, GONE), row={"code": "104930181599"}))
    items = [item for page in pages(source) for item in page.items]
    assert len(items) == 2
    assert not any(b"104930181599" in i.text for i in items if isinstance(i, Fetched))


# Places ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5, 20])
def test_many_places_with_few_uses_are_asked_together(rows: int) -> None:
    places = [f"66{n:04d}" for n in range(1024)]
    town = Town(spread(rows, *places[7::51]), places)
    source, line = open_(town)
    assert where(run(source)) == dict(town.uses)
    calls = asked_places(line)
    assert max(map(len, calls)) == min(100, 1024 // rows)
    assert len(calls) < 12 + 16 * rows  # 2 x log2(places) of each row are 20


def test_one_at_a_time_where_the_platform_takes_no_more() -> None:
    source, line = open_(Town(spread(1, SOUTH)), redemption_places_at_once="1")
    run(source)
    assert all(len(places) == 1 for places in asked_places(line))


def test_the_shop_of_one_place_asks_for_none() -> None:
    source, line = open_(Town(spread(30, EAST), [EAST], {EAST: ACCOUNT}))
    assert where(run(source)) == {id: EAST for id, _ in spread(30, EAST)}
    assert asked_places(line) == []


def test_a_brand_whose_places_stand_under_its_own_account_asks_for_them() -> None:
    town = Town(spread(3, EAST, WEST), [EAST, WEST], {EAST: ACCOUNT, WEST: ACCOUNT})
    source, _ = open_(town)
    assert where(run(source)) == dict(town.uses)


def test_a_brand_with_one_place_asks_for_it() -> None:
    source, line = open_(Town([("7501", EAST), ("7502", GONE)], [EAST], {EAST: "70999"}))
    assert where(run(source)) == {"7501": EAST, "7502": None}
    assert asked_places(line) != []


@pytest.mark.parametrize(("minutes", "readings"), [(59, 1), (61, 2)])
def test_places_are_read_again_after_an_hour(
    monkeypatch: pytest.MonkeyPatch, minutes: int, readings: int
) -> None:
    source, line = open_(Town(spread(2, WEST)))
    run(source)
    monkeypatch.setattr(line, "now", lambda: NOON + timedelta(minutes=minutes))
    run(source, Window(HOUR.until, HOUR.until + timedelta(hours=1)))
    assert [call.name for call, _ in line.asked].count("places.list") == readings


# Settings and cursors --------------------------------------------------------------------


def test_places_need_not_be_asked() -> None:
    source, line = open_(Town(spread(21, WEST)), redemption_places="none")
    found = run(source)
    assert set(where(found).values()) == {None}
    assert {record.issues for record in found.values()} == {()}
    assert asked_places(line) == []


def test_an_unknown_way_to_ask_is_a_setting_gone_wrong() -> None:
    source, _ = open_(Town([]), redemption_places="guess")
    with pytest.raises(Misconfigured, match="redemption_places"):
        run(source)


def test_a_cursor_of_another_run_is_refused() -> None:
    source, _ = open_(Town(spread(30, WEST)))
    (stream,) = source.streams
    first = source.after(stream, HOUR, None)
    with pytest.raises(Unreadable, match="another run"):
        source.after(stream, HOUR, "all c1")
    source.after(stream, HOUR, first.cursor)
    with pytest.raises(Unreadable, match="another run"):
        source.after(stream, HOUR, first.cursor)


def test_a_run_that_broke_off_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(spread(30, WEST, SOUTH))
    source, line = open_(town)
    (stream,) = source.streams
    first = source.after(stream, HOUR, None)
    with monkeypatch.context() as patched:
        patched.setattr(line, "_reply", lambda call, asked: refusal(20000))
        with pytest.raises(Rejected):
            source.after(stream, HOUR, first.cursor)
    with pytest.raises(Unreadable, match="another run"):
        source.after(stream, HOUR, first.cursor)
    assert where(run(source)) == dict(town.uses)


def test_a_place_whose_cursor_stands_still_is_no_way_on() -> None:
    town = Town(spread(2, WEST), row={"cursor": "c1"})
    source, _ = open_(town)
    with pytest.raises(Unreadable, match="not moved"):
        run(source)


def test_a_probe_and_a_first_page_ask_for_no_place() -> None:
    source, line = open_(Town(spread(2, WEST)))
    (stream,) = source.streams
    assert len(source.probe(stream, HOUR).items) == 2
    assert len(source.page(stream, HOUR, 1).items) == 2
    assert len(line.asked) == 2


def test_places_are_a_list_of_the_question() -> None:
    asked = {"account_id": ACCOUNT, "start_time": 1, "end_time": 2, "poi_ids": [EAST, WEST]}
    parameters = shape("redemptions_v1").LIST.parameters(**asked)
    assert parameters["poi_ids"] == [EAST, WEST]
    assert "poi_ids" not in shape("redemptions_v1").LIST.parameters(
        **asked | {"poi_ids": None}
    )
