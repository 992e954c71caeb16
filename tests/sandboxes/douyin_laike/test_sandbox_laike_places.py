"""The merchant's places: the POI query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import PLACES

if TYPE_CHECKING:
    from .conftest import Laike


def test_pages_give_every_place_once(laike: Laike) -> None:
    caller = laike(places=7)
    pages = [caller.good(PLACES, page=n, size=3) for n in (1, 2, 3, 4)]
    assert {page["total"] for page in pages} == {7}
    ids = [p["poi"]["poi_id"] for page in pages for p in page["pois"]]
    assert ids == list(caller.told("place"))
    assert caller.box.other_ids(caller.root)["poi_id"] == ids[0]
    assert [len(page["pois"]) for page in pages] == [3, 3, 1, 0]


def test_rows_say_what_is_known(laike: Laike) -> None:
    caller = laike()
    told = caller.told("place")
    for row in caller.good(PLACES, page=1, size=50)["pois"]:
        facts = told[row["poi"]["poi_id"]].facts
        assert row["poi"]["poi_name"] == facts["name"]
        assert row["poi"]["address"] == facts["address"]
        assert row["root_account"]["account_id"] == facts["root_account_external_id"]
        assert "account" not in row


def test_the_2022_shape_has_parent_and_place_accounts(laike: Laike) -> None:
    caller = laike(shape="2022")
    told = caller.told("place")
    for row in caller.good(PLACES, page=1, size=50)["pois"]:
        assert "root_account" not in row
        assert row["account"]["parent_account"]["account_type"] == "Trademark"
        own = row["account"]["poi_account"]["account_id"]
        assert own == told[row["poi"]["poi_id"]].facts["account_external_id"]


def test_a_place_may_be_asked_by_its_id(laike: Laike) -> None:
    caller = laike(shops=2)
    theirs = caller.box.shops[caller.box.accounts()[1].external_id].backroom.places.ids[1]
    data = caller.good(PLACES, account_id=None, poi_id=theirs, page=1, size=1)
    assert [p["poi"]["poi_id"] for p in data["pois"]] == [theirs]
    both = caller.good(PLACES, poi_id=theirs, page=1, size=50)
    assert len(both["pois"]) == 4, "with both, the account counts"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"size": 51}, 2100005),
        ({"page": 0}, 2100005),
        ({"page": None}, 2100005),
        ({"account_id": None}, 2100005),
        ({"page": "one"}, 2100005),
    ],
)
def test_what_is_refused(laike: Laike, asked: dict[str, Any], code: int) -> None:
    answer = laike().get(PLACES, **{"page": 1, "size": 50, **asked})
    assert answer["data"]["error_code"] == code


def test_a_place_nobody_has_is_not_found(laike: Laike) -> None:
    answer = laike().get(PLACES, account_id=None, poi_id="1", page=1, size=1)
    assert answer["data"]["error_code"] == 2191002
    assert answer["extra"]["sub_error_code"] == 20003


def test_older_documents_allow_a_hundred(laike: Laike) -> None:
    caller = laike(places=60, poi_size_max=100)
    assert len(caller.good(PLACES, page=1, size=100)["pois"]) == 60


def test_places_open_and_are_renamed(laike: Laike) -> None:
    caller = laike(place_opens=0.3, place_renamed=0.3)
    before = caller.told("place")
    caller.box.churn(30)
    after = caller.told("place")
    assert len(after) > len(before)
    assert any(len(record.versions) > 1 for record in after.values())
    used = {r.facts["place_external_id"] for r in caller.told("redemption").values()}
    assert used > set(before)


def test_a_spoilt_place_spoils_no_other(laike: Laike) -> None:
    caller = laike()
    before = caller.good(PLACES, page=1, size=50)["pois"]
    victim = before[1]["poi"]["poi_id"]
    caller.box.poison_record(caller.root, "place", victim, "amount_words")
    after = caller.good(PLACES, page=1, size=50)["pois"]
    assert "poi_id" not in after[1]["poi"]
    assert after[:1] + after[2:] == before[:1] + before[2:]
