"""Places: whose they are, where they stand, and a list that is read whole."""

from __future__ import annotations

from typing import Any

import pytest

import connectors.douyin_laike as laike
from hub_core.errors import BadRequest, Rejected, Unreadable
from hub_core.models import Issue, Place
from hub_core.ports import CursorSource
from hub_core.wire import JSON, Fetched, Misread, Page
from tests.adapters.douyin_laike.laike import ACCOUNT, Line
from tests.adapters.douyin_laike.records import fine, golden, page_of, records, shape


def row(number: int = 1, **changes: Any) -> JSON:
    poi = {"poi_id": f"66000000000000000{number:02d}", "poi_name": "茶馆"}
    return {"poi": poi | changes}


def page(*rows: Any, total: int | None = None) -> Page:
    count = len(rows) if total is None else total
    return page_of("places_v1", fine(pois=list(rows), total=count))


def read(**changes: Any) -> Place:
    (record,) = records(page(row(**changes)))
    assert isinstance(record, Place)
    return record


def test_a_place_stands_under_accounts_in_either_form() -> None:
    east, west, south = records(golden("places_v1", "of_2022_and_of_2023"))
    assert isinstance(east, Place)
    assert isinstance(west, Place)
    assert isinstance(south, Place)
    assert east.account_external_id == "7000000000000000022"
    assert east.root_account_external_id is None  # a parent need not be the root
    assert east.ext["douyin-laike:parent_account_id"] == "7000000000000000020"
    assert (east.latitude, east.longitude) == (31.2304, 121.4737)
    assert west.external_id == "6600000000000000022"
    assert west.root_account_external_id == "7000000000000000020"
    assert west.address is None
    assert south.latitude is None
    assert south.issues == ()


def test_degrees_that_look_swapped_are_kept_and_said() -> None:
    record = read(latitude=82.580195, longitude=40.101612)
    assert (record.latitude, record.longitude) == (82.580195, 40.101612)
    assert record.issues == (Issue("latitude", "looks_swapped"),)
    assert read(latitude=121.4, longitude=31.2).issues == record.issues
    assert read(latitude=31.2, longitude=121.4).issues == ()


@pytest.mark.parametrize("value", ["east", 999, True, [], "nan", "1e999"])
def test_what_is_no_coordinate_is_refused(value: Any) -> None:
    (item,) = page(row(latitude=value)).items
    assert isinstance(item, Misread)
    assert item.external_id == "6600000000000000001"


def test_success_without_a_list_or_a_count_of_0_proves_nothing() -> None:
    for data in ({}, {"pois": None, "total": 3}):
        with pytest.raises(KeyError, match="pois"):
            page_of("places_v1", fine(**data))
    assert page_of("places_v1", fine(pois=None, total=0)).items == ()


@pytest.mark.parametrize(
    "asked",
    [{}, {"account_id": "1", "poi_id": "2"}, {"account_id": "1", "size": 51}],
)
def test_a_wrong_question_never_leaves(asked: JSON) -> None:
    with pytest.raises(BadRequest):
        shape("places_v1").LIST.parameters(**asked)


def source(*pages: JSON) -> tuple[laike.LaikePlaces, Line]:
    left = list(pages)
    line = Line(lambda call, asked: left.pop(0))
    return laike.LaikePlaces(line), line


def test_the_list_is_a_snapshot_whose_cursor_is_a_page_number() -> None:
    assert isinstance(laike.hub_places(Line(lambda call, asked: {})), CursorSource)
    rows = [row(n) for n in range(50)]
    one, line = source(fine(pois=rows, total=51), fine(pois=[row(50)], total=51))
    (stream,) = one.streams
    assert stream.is_snapshot
    assert stream.by_id
    first = one.after(stream, None, None)
    last = one.after(stream, None, first.cursor)
    assert (first.cursor, first.has_more, len(first.items)) == ("2", True, 50)
    assert (last.cursor, last.has_more, last.number) == (None, False, 2)
    assert [asked for _, asked in line.asked] == [
        {"account_id": ACCOUNT, "page": 1, "size": 50},
        {"account_id": ACCOUNT, "page": 2, "size": 50},
    ]


def test_a_place_that_is_counted_and_not_listed_is_not_gone() -> None:
    one, _ = source(fine(pois=[], total=51), fine(pois=[], total=50))
    with pytest.raises(Unreadable, match="counted"):
        one.after(one.streams[0], None, "2")
    assert one.after(one.streams[0], None, "2").items == ()


def test_a_list_without_a_count_is_refused() -> None:
    one, _ = source(fine(pois=[row()]))
    with pytest.raises(Unreadable, match="total"):
        one.after(one.streams[0], None, None)


def test_a_place_is_asked_for_by_its_id_alone() -> None:
    one, line = source(fine(pois=[row(7)], total=1), fine(pois=[row(8)], total=1))
    found = one.record("6600000000000000007")
    assert isinstance(found, Fetched)
    ((call, asked),) = line.asked
    assert call.name == "places.get"
    assert asked == {"poi_id": "6600000000000000007", "page": 1, "size": 50}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"pois": [row(8)], "total": 1},
        {"pois": [], "total": 1},
        {"pois": []},
    ],
    ids=["another place", "counted and not there", "not counted"],
)
def test_an_answer_without_the_place_is_no_proof_that_it_is_gone(spoilt: JSON) -> None:
    one, _ = source(fine(**spoilt), fine(pois=[], total=0))
    with pytest.raises(Unreadable, match="lost its row"):
        one.record("6600000000000000007")
    assert one.record("6600000000000000007") is None


def refusal(sub: int) -> JSON:
    extra = {"error_code": 2191002, "sub_error_code": sub}
    return {"data": {"error_code": 2191002}, "extra": extra}


def test_a_place_the_platform_does_not_have_is_none() -> None:
    one, _ = source(refusal(20003), refusal(20000))
    assert one.record("66") is None
    with pytest.raises(Rejected):
        one.record("66")
