"""What an ERP reads over HTTP: pages, filters, one record, the feed."""

from __future__ import annotations

from typing import Any

import pytest

from hub_core.access import Audit
from hub_core.api.shapes import SHAPES, part_of
from hub_core.client import httpx
from hub_core.pace import Rank
from hub_core.store.parts import PARTS
from hub_core.store.usage import SqlUsage
from hub_core.usage import Use, Used
from hub_core.wire import BEIJING
from tests.harness import Bench

from .conftest import COMPANIES, Client

LISTS = ("orders", "products", "after-sales", "redemptions", "places")


def rows(client: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        found += said["data"]
        if said["next"] is None:
            return found
        asked["cursor"] = said["next"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("sort", ["updated_at", "-updated_at", "created_at", "-created_at"])
def test_pages_together_are_the_whole_list_each_row_once(
    client: Client, path: str, sort: str
) -> None:
    api = client("viewer")
    whole = [row["uid"] for row in rows(api, path, sort=sort, limit=500)]
    pages = [row["uid"] for row in rows(api, path, sort=sort, limit=3)]
    assert pages == whole
    assert len(set(whole)) == len(whole) > 3


@pytest.mark.parametrize(
    ("path", "parent"), [("lines", "orders"), ("vouchers", "orders"), ("skus", "products")]
)
def test_what_stands_under_records_is_a_list_of_its_own(
    client: Client, path: str, parent: str
) -> None:
    api = client("viewer")
    found = rows(api, path, limit=7)
    own = [
        (record["uid"], one["external_id"])
        for record in rows(api, parent)
        for one in record[path]
    ]
    assert sorted((one["of"], one["external_id"]) for one in found) == sorted(own)
    assert len(found) > 7


@pytest.mark.parametrize("path", [*LISTS, *PARTS])
def test_a_page_is_of_the_shape_that_is_promised(client: Client, path: str) -> None:
    plural = path.replace("-", "_")
    shape = part_of(path) if path in PARTS else SHAPES[plural]
    for row in rows(client("viewer"), path):
        assert shape.model_validate(row).model_dump(mode="json") == row


def test_every_order_of_the_platform_is_had(client: Client, made: Bench) -> None:
    theirs = {
        order.external_id
        for account in made.platform.accounts()
        for order in made.platform.truth(account.external_id)
    }
    assert {row["external_id"] for row in rows(client("viewer"), "orders")} == theirs


def test_a_list_is_narrowed(client: Client, made: Bench) -> None:
    api, first = client("viewer"), made.hub.shops()[0]
    every = rows(api, "orders")
    mine = [row["uid"] for row in every if row["shop"] == first.name]
    assert [r["uid"] for r in rows(api, "orders", shop=first.name)] == mine
    assert [r["uid"] for r in rows(api, "orders", shop=first.uid)] == mine
    assert [r["uid"] for r in rows(api, "orders", company=first.company)] == mine
    open_ones = [row["uid"] for row in every if row["order_status"] == "open"]
    assert [r["uid"] for r in rows(api, "orders", status="open")] == open_ones
    number = every[0]["external_id"]
    assert [r["external_id"] for r in rows(api, "orders", external_id=number)] == [number]
    assert rows(api, "orders", updated_since="2100-01-01T00:00:00Z") == []
    assert rows(api, "orders", channel="jd") == []


def test_one_record_has_a_tag_and_is_not_sent_twice(client: Client) -> None:
    api = client("viewer")
    row = rows(api, "orders")[0]
    answer = api.get(f"orders/{row['uid']}")
    assert answer.json() == row
    again = api.get(
        f"orders/{row['uid']}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", LISTS)
def test_what_the_platform_said_is_read_by_few_and_audited(
    client: Client, made: Bench, path: str
) -> None:
    row = rows(client("viewer"), path)[0]
    api = client("developer")
    (raw, *_) = api.get(f"{path}/{row['uid']}/raw").json()["data"]
    assert row["external_id"] in str(raw["body"])
    (entry,) = Audit.of(made.hub.store, made.hub.settings).newest(
        of=f"{path.replace('-', '_')} {row['uid']}"
    )
    assert entry.action == "raw.read"


def test_a_record_brings_what_is_asked_for_and_only_who_may_gets_the_raw_form(
    client: Client,
) -> None:
    viewer, developer = client("viewer"), client("developer")
    path = f"orders/{rows(viewer, 'orders')[0]['uid']}"
    plain = viewer.get(path).json()
    proved = viewer.get(path, params={"expand": "coverage"}).json()
    whole = developer.get(path, params={"expand": "raw,coverage"}).json()

    streams = [one["stream"] for one in proved["coverage"]]
    assert "orders" in streams
    assert {one["shop"] for one in proved["coverage"]} == {plain["shop"]}
    assert plain == {k: v for k, v in proved.items() if k != "coverage"}
    assert plain["external_id"] in str(whole["raw"][0]["body"])
    assert whole["coverage"] == proved["coverage"]
    assert viewer.get(path, params={"expand": "raw"}).status_code == 403
    assert viewer.get(path, params={"expand": "lines"}).status_code == 422


def test_money_is_whole_fen_and_times_have_their_zone(client: Client) -> None:
    for row in rows(client("viewer"), "orders"):
        assert row["buyer_paid_amount"] is None or isinstance(row["buyer_paid_amount"], int)
        assert row["hub_changed_at"].endswith("Z")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("orders?colour=red", 422, "invalid"),
        ("orders?limit=0", 422, "invalid"),
        ("orders?limit=501", 422, "invalid"),
        ("orders?sort=external_id", 422, "invalid"),
        ("orders?updated_since=2026-11-20T00:00:00", 422, "invalid"),
        ("orders?cursor=AAAA", 404, "bad_cursor"),
        ("orders?cursor=%00", 404, "bad_cursor"),
        ("places?status=open", 422, "invalid"),
        ("orders/none", 404, "not_found"),
        ("nothing", 404, "no_such_route"),
        ("changes?after=-1", 422, "invalid"),
    ],
)
def test_what_cannot_be_meant_is_a_problem_with_a_code(
    client: Client, path: str, status: int, code: str
) -> None:
    answer = client("viewer").get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["status"]) == (code, status)


def test_the_feed_is_followed_from_its_beginning(client: Client, made: Bench) -> None:
    api, after, seen = client("viewer"), 0, list[dict[str, Any]]()
    while True:
        said = api.get("changes", params={"after": after, "limit": 7}).json()
        seen += said["changes"]
        after = said["next"]
        if not said["more"]:
            break
    told = [one.seq for one in made.hub.changes(limit=10_000) if one.kind[:5] != "quest"]
    assert [one["seq"] for one in seen] == told
    assert {one["kind"] for one in seen} >= {"order.created", "product.created"}


def test_the_feed_shows_a_company_its_own_and_moves_on(client: Client, made: Bench) -> None:
    api = client("viewer", company=COMPANIES[0])
    said = api.get("changes", params={"after": 0, "limit": 1000}).json()
    names = {shop.name for shop in made.hub.shops() if shop.company == COMPANIES[0]}
    assert {one["shop"] for one in said["changes"]} == names
    assert said["next"] == made.hub.position()


def test_who_follows_what_never_changes_is_not_left_behind(
    client: Client, made: Bench
) -> None:
    """Or the position is forgotten one day, and a first copy has to be taken anew."""
    api = client("viewer")
    for kind in ("order", "redemption"):  # of one of them is not the newest
        said = api.get("changes", params={"kind": kind, "limit": 1000}).json()
        assert (said["more"], said["next"]) == (False, made.hub.position())


def test_shops_and_their_coverage(client: Client, made: Bench) -> None:
    api = client("viewer")
    names = [shop.name for shop in made.hub.shops()]
    assert [one["name"] for one in api.get("shops").json()["data"]] == names
    found = api.get("coverage").json()["data"]
    assert {one["shop"] for one in found} == set(names)
    assert all(one["complete"] for one in found)


def test_calls_and_parked_records_are_told(client: Client) -> None:
    api = client("developer")
    calls = api.get("journal", params={"limit": 5}).json()["data"]
    assert [c["outcome"] for c in calls] == ["ok"] * 5
    assert api.get("parked").json() == {"data": []}
    assert api.get("commands").json() == {"data": []}


def test_what_calls_were_spent_on_is_told_of_the_shops_one_may_see(
    client: Client, made: Bench
) -> None:
    first, other = made.hub.shops()
    app = f"{first.channel}/key"
    today = made.hub.clock.now().astimezone(BEIJING).date()
    used = {
        Use(today, app, shop, "orders.list", Rank.HEAL): Used(3, 1.5, 1)
        for shop in (first.name, other.name, "")
    }
    SqlUsage(made.hub.store.engine).add(used)
    found = client("developer").get("quota").json()
    assert (set(found), found["bans"]) == ({"used", "limits", "bans"}, [])
    of_one = client("developer", company=first.company).get("quota").json()
    assert {one["shop"] for one in found["used"]} == {first.name, other.name, ""}
    assert [one["shop"] for one in of_one["used"]] == [first.name]
    (one,) = of_one["used"]
    assert (one["rank"], one["calls"], one["throttled"]) == ("heal", 3, 1)
