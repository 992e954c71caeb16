"""`hub products`, `hub after-sales`, `hub redemptions`, `hub places`: what is there besides
orders, and what vouchers came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from hub_core.hub import Hub
from hub_core.sandbox import TruthRecord
from hub_core.store.kinds import KINDS
from hub_core.store.tables import CoverageRow
from tests import databases
from tests.cli.world import NO_LIMIT, Said, World, boxed

TAOBAO, LAIKE = "沙箱旗舰店1", "沙箱商户1"
CHANNELS = {TAOBAO: "taobao", LAIKE: "douyin-laike"}
BEIJING = ZoneInfo("Asia/Shanghai")
MONEY = (
    *("original_amount", "buyer_paid_amount", "merchant_discount_amount"),
    "platform_discount_amount",
)
TAKEN_BACK = "2"
"""Laike's word for a use that was cancelled."""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of goods and one of vouchers; all but their orders is read."""
    with boxed(tmp_path_factory.mktemp("records"), *CHANNELS.values(), orders=60) as made:
        settings = {"limits": NO_LIMIT["limits"], "off": ["orders"]}
        made.write_settings(channels=dict.fromkeys(CHANNELS.values(), settings))
        add_shops(made)
        assert made.hub("sync").code == 0
        yield made


def add_shops(world: World) -> None:
    for channel in world.boxes:
        account = world.accounts(channel)[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_TOKEN", account.access_token or "")
            assert world.add_shop(account, channel).code == 0


def told(world: World, shop: str, kind: str) -> dict[str, TruthRecord]:
    """What the platform knows, by id."""
    channel = CHANNELS[shop]
    account = world.accounts(channel)[0].external_id
    found = world.boxes[channel].records(account, kind)
    return {r.external_id: r for r in found if not r.removed}


def stored(world: World, *words: object) -> Any:
    """What a list says, all of it."""
    return world.hub(*words, "--limit", "1000", "--json").json


# Products and places -------------------------------------------------------------------


@pytest.mark.parametrize("shop", CHANNELS)
def test_products_are_those_of_the_channel_with_their_stock(read: World, shop: str) -> None:
    truth = told(read, shop, "product")
    found = {p["external_id"]: p for p in stored(read, "products", "list", "--shop", shop)}

    assert set(found) == set(truth)
    for id, product in found.items():
        skus = {f"available:{s['external_id']}": s["available"] for s in product["skus"]}
        facts = truth[id].facts
        assert skus == {n: v for n, v in facts.items() if n.startswith("available:")}
        assert all(isinstance(s["price_amount"], int) for s in product["skus"])


def test_the_table_of_products_has_a_row_per_sku_in_yuan(read: World) -> None:
    found = stored(read, "products", "list")
    said = read.hub("products", "list", "--limit", "1000")
    lines = said.out.splitlines()[1:]

    assert len(lines) == sum(len(p["skus"]) or 1 for p in found)
    sku = next(s for p in found for s in p["skus"] if s["outer_code"])
    (line,) = [text for text in lines if f" {sku['external_id']} " in text]
    assert f"{sku['price_amount'] / 100:,.2f}" in line
    assert sku["outer_code"] in line


def test_products_can_be_narrowed(read: World) -> None:
    found = stored(read, "products", "list")
    sku = next(s for p in found if len(p["skus"]) > 1 for s in p["skus"])
    by_code = stored(read, "products", "list", "--code", sku["outer_code"])
    off = stored(read, "products", "list", "--channel", "taobao", "--status", "off_sale")

    assert {s["outer_code"] for p in by_code for s in p["skus"]} == {sku["outer_code"]}
    assert [p["external_id"] for p in off] == [
        p["external_id"]
        for p in found
        if (p["channel"], p["listing_status"]) == ("taobao", "off_sale")
    ]
    assert off


def test_a_list_that_is_cut_says_so(read: World) -> None:
    cut = read.hub("products", "list", "--limit", "2")
    whole = read.hub("products", "list", "--limit", "1000")

    assert "more than 2" in cut.err
    assert whole.err == ""


def test_places_are_those_of_the_channel(read: World) -> None:
    found = stored(read, "places", "list")

    assert {p["external_id"] for p in found} == set(told(read, LAIKE, "place"))
    assert all(p["name"] in read.hub("places", "list").out for p in found)
    assert stored(read, "places", "list", "--shop", TAOBAO) == []


# After-sales ---------------------------------------------------------------------------


@pytest.mark.parametrize("shop", CHANNELS)
def test_cases_are_those_of_the_channel_newest_first(read: World, shop: str) -> None:
    truth = told(read, shop, "after_sale")
    found = stored(read, "after-sales", "list", "--shop", shop)
    times = [case["applied_at"] for case in found]

    assert {c["external_id"]: c["status_raw"] for c in found} == {
        id: record.facts["status_raw"] for id, record in truth.items()
    }
    assert times == sorted(times, reverse=True)
    assert all("lines" in case and "refunds" in case for case in found)


def test_the_cases_of_an_order_can_be_asked_for(read: World) -> None:
    case = stored(read, "after-sales", "list")[0]
    words = ("after-sales", "list", "--order", case["order_external_id"])
    found = stored(read, *words, "--status", case["status"])

    assert case["external_id"] in [c["external_id"] for c in found]
    assert {c["order_external_id"] for c in found} == {case["order_external_id"]}
    assert case["external_id"] in read.hub(*words).out


# Redemptions ---------------------------------------------------------------------------


def day_of(record: TruthRecord) -> str:
    at = record.facts["redeemed_at"]
    assert isinstance(at, int)
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).date().isoformat()


def earned(world: World, by: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
    """The platform's own sums: count, then the amounts."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for record in told(world, LAIKE, "redemption").values():
        if record.facts["status_raw"] != TAKEN_BACK:
            known = {**record.facts, "day": day_of(record)}
            row = sums.setdefault(tuple(known[name] for name in by), [0] * 5)
            amounts = [int(record.facts[name] or 0) for name in MONEY]
            row[:] = [a + b for a, b in zip(row, (1, *amounts), strict=True)]
    return sums


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("place", ("place_external_id",)),
        ("day", ("day",)),
        ("place-day", ("place_external_id", "day")),
    ],
)
def test_revenue_is_the_platforms_own_to_the_fen(
    read: World, by: str, names: tuple[str, ...]
) -> None:
    said = read.hub("redemptions", "report", "--by", by, "--json")
    found = {
        tuple(row[name] for name in names): [row["count"], *(row[m] for m in MONEY)]
        for row in said.json["rows"]
        if row["count"]
    }
    truth = earned(read, names)
    undone = [
        r
        for r in told(read, LAIKE, "redemption").values()
        if r.facts["status_raw"] == TAKEN_BACK
    ]

    assert (said.code, said.json["complete"]) == (0, True)
    assert found == truth
    total = said.json["total"]
    assert [total["count"], *(total[m] for m in MONEY)] == [
        sum(row[n] for row in truth.values()) for n in range(5)
    ]
    assert total["cancelled"] == len(undone) > 0


def test_the_report_names_places_and_adds_up_in_yuan(read: World) -> None:
    said = read.hub("redemptions", "report")
    total = read.hub("redemptions", "report", "--json").json["total"]
    names = {p["name"] for p in stored(read, "places", "list")}
    used = {row[0] for row in earned(read, ("place_external_id",))}
    lines = said.out.splitlines()

    assert len({name for name in names if name in said.out}) >= len(used)
    assert lines[-1].startswith("all ")
    assert f" {total['buyer_paid_amount'] / 100:,.2f} " in lines[-1]
    assert "read up to" in said.err


def test_a_period_has_both_its_days(read: World) -> None:
    days = sorted(day for (day,) in earned(read, ("day",)))
    words = ("redemptions", "report", "--by", "day")
    one = read.hub(*words, "--from", days[-1], "--to", days[-1], "--json").json
    early = read.hub(*words, "--from", "2020-01-01", "--json")

    assert [row["day"] for row in one["rows"]] == [days[-1]]
    assert early.code == 1
    assert early.json["open"][0]["why"] == "before the first read"
    assert "not proved" in early.err


def test_uses_are_listed_with_their_place_and_those_taken_back(read: World) -> None:
    truth = told(read, LAIKE, "redemption")
    found = stored(read, "redemptions", "list")
    place = found[0]["place_external_id"]
    there = stored(read, "redemptions", "list", "--place", place)
    undone = stored(read, "redemptions", "list", "--status", "cancelled")
    times = [use["redeemed_at"] for use in found]

    assert {u["external_id"] for u in found} == set(truth)
    assert times == sorted(times, reverse=True)
    assert {u["place_external_id"] for u in there} == {place}
    assert {u["external_id"] for u in undone} == {
        id for id, r in truth.items() if r.facts["status_raw"] == TAKEN_BACK
    }
    later = stored(read, "redemptions", "list", "--since", times[2])
    before = stored(read, "redemptions", "list", "--until", times[2])
    assert len(later) + len(before) == len(found)
    assert later[-1]["redeemed_at"] == times[2]


# Where not all is known ----------------------------------------------------------------


def report_over(read: World, *changes: Any, words: tuple[str, ...] = ()) -> Said:
    """The report over a copy of the store in which some rows are otherwise."""
    database = databases.copy(read.folder / "hub.db", read.folder / "copy.db")
    opened = Hub.open(read.config, database=database)
    with opened as hub, hub.store.writing() as connection:
        for change in changes:
            connection.execute(change)
    return read.hub("--database", database, "redemptions", "report", *words, "--json")


def uses(where: Any, **values: Any) -> Any:
    """Some uses told otherwise."""
    return update(KINDS["redemptions"].table).where(where).values(**values)


def test_a_use_in_a_state_nobody_knows_is_in_no_sum(read: World) -> None:
    before = read.hub("redemptions", "report", "--json").json["total"]
    use = stored(read, "redemptions", "list", "--status", "redeemed")[0]
    same = KINDS["redemptions"].table.c.external_id == use["external_id"]
    said = report_over(read, uses(same, status="unknown", status_raw="99"))
    total = said.json["total"]

    assert said.code == 1
    assert (total["count"], total["unknown"]) == (before["count"] - 1, 1)
    lost = before["buyer_paid_amount"] - total["buyer_paid_amount"]
    assert lost == use["buyer_paid_amount"]
    assert "--status unknown" in said.err


def test_what_a_use_does_not_tell_is_no_zero(read: World) -> None:
    column = KINDS["redemptions"].table.c
    use = stored(read, "redemptions", "list", "--status", "redeemed")[0]
    this = column.external_id == use["external_id"]
    one = report_over(read, uses(this, platform_discount_amount=None))
    every = report_over(read, uses(column.id > 0, platform_discount_amount=None))

    assert one.json["total"]["untold"] == {"platform_discount_amount": 1}
    assert one.json["total"]["platform_discount_amount"] is not None
    assert "do not tell platform_discount_amount" in one.err
    assert every.json["total"]["platform_discount_amount"] is None
    assert every.json["total"]["original_amount"] == one.json["total"]["original_amount"]


def test_a_shop_that_was_never_read_is_named(tmp_path: Path) -> None:
    with boxed(tmp_path, "douyin-laike", orders=5) as world:
        settings = {"limits": NO_LIMIT["limits"]}
        world.write_settings(channels={"douyin-laike": settings})
        add_shops(world)
        said = world.hub("redemptions", "report", "--json")
        world.write_settings(channels={"douyin-laike": settings | {"off": ["redemptions"]}})
        off = world.hub("redemptions", "report")

    assert (said.code, said.json["complete"]) == (1, False)
    assert said.json["never_read"] == [LAIKE]
    assert f"hub sync {LAIKE}" in said.err
    assert off.code == 2
    assert "off" in off.err


def test_a_period_that_is_over_and_not_read_to_its_end_is_not_well(read: World) -> None:
    c, today = CoverageRow, datetime.now(BEIJING).date()
    noon = datetime.combine(today - timedelta(days=1), time(12), BEIJING)
    cut = (
        delete(c).where(col(c.since) >= noon),
        update(c).where(col(c.until) > noon).values(until=noon),
    )
    said = {
        day: report_over(read, *cut, words=("--to", str(day)))
        for day in (today - timedelta(days=2), today - timedelta(days=1), today)
    }

    assert [s.code for s in said.values()] == [0, 1, 0]
    assert [s.json["not_read_to"] is None for s in said.values()] == [True, False, True]
    assert "not read yet up to the period's end" in [*said.values()][1].err
    assert "12:00" in [*said.values()][2].err


# Wrong use -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("products", "list", "--shop", "nobody"), LAIKE),
        (("products", "list", "--channel", "ebay"), "douyin-laike"),
        (("products", "list", "--status", "lost"), "off_sale"),
        (("after-sales", "list", "--status", "lost"), "merchant_review"),
        (("redemptions", "list", "--status", "lost"), "redeemed"),
        (("redemptions", "list", "--since", "soon"), "2026-11-20"),
        (("redemptions", "list", "--since", "2026-11-02", "--until", "2026-11-01"), "not"),
        (("redemptions", "report", "--from", "soon"), "2026-11-20"),
        (("redemptions", "report", "--from", "2026-11-02", "--to", "2026-11-01"), "after"),
        (("redemptions", "report", "--by", "moon"), "place-day"),
        (("redemptions", "report", "--shop", TAOBAO), "has redemptions"),
        (("places", "list", "--shop", "nobody"), LAIKE),
    ],
)
def test_what_cannot_be_asked_is_wrong_use(
    read: World, words: tuple[str, ...], told: str
) -> None:
    said = read.hub(*words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
