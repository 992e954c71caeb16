"""A day of vouchers used and taken back, read into a store: revenue by place and day.

What the platform's list does not tell, the place of each use, is had by asking place by
place; at the end of the day the store's revenue is the platform's own, to the fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub_core.insight.records import grade_records
from hub_core.sandbox import Account, TruthRecord
from hub_core.store.kinds import KINDS
from tests.harness import Bench, bench

KIND = KINDS["redemptions"]
KINDS_READ = ("redemptions",)
CANCELLED = "2"
BEIJING = ZoneInfo("Asia/Shanghai")
MONEY = (
    *("original_amount", "buyer_paid_amount", "coupon_paid_amount"),
    *("merchant_discount_amount", "platform_discount_amount"),
)
Revenue = dict[tuple[str | None, str], dict[str, int]]
"""Place and business day to the sum of each amount."""

BUSY: dict[str, Any] = {
    "orders": 40,
    "cancels": 0.4,
    "undo": 0.1,
    "late_probability": 0.3,
    "late_by": 150.0,
}
BOXES: dict[str, dict[str, Any]] = {
    "one place": {"places": 1},
    "many places, more by and by": {"places": 40, "place_opens": 0.1},
    "the other sort": {"switches": {"record_sort": "time_asc"}},
    "cancelled rows move": {"switches": {"cancelled_record": "moved"}},
    "only the newer list": {"switches": {"records_v2": "alone", "i64": "strings"}},
    "only the older list": {"switches": {"records_v2": "absent", "i64": "numbers"}},
    "rows that name their place": {"switches": {"record_place": "poi_id"}},
    "two shops": {"shops": 2},
}


def day(case: Bench, hours: int = 24) -> None:
    """Churn, read every two hours, until all is past its hour of being taken back."""
    for hour in range(hours):
        case.platform.clock.advance(3600.5)
        case.platform.churn(14)
        if hour % 2:
            sync(case)
    case.platform.clock.advance(7200.0)
    sync(case)


def sync(case: Bench) -> tuple[int, int]:
    """How many redemptions were new, and how many changed."""
    outcomes = case.hub.sync(streams=["redemptions"])
    assert [str(o.error) for o in outcomes if o.error] == []
    return sum(o.counts.created for o in outcomes), sum(o.counts.changed for o in outcomes)


def stored(case: Bench, account: Account) -> list[Mapping[str, Any]]:
    shop = case.hub.shop(account.name)
    with case.hub.store.reading() as connection:
        query = select(KIND.table).where(KIND.table.c.shop_id == shop.id)
        return [dict(row._mapping) for row in connection.execute(query)]


def told(case: Bench, account: Account) -> list[TruthRecord]:
    return case.platform.records(account.external_id, "redemption")


def earned(rows: Iterable[tuple[Any, str, Mapping[str, Any]]]) -> Revenue:
    sums: Revenue = defaultdict(lambda: defaultdict(int))
    for place, date, amounts in rows:
        for name in MONEY:
            sums[place, date][name] += amounts[name] or 0
    return sums


def revenue(rows: Iterable[Mapping[str, Any]]) -> Revenue:
    return earned(
        (row["place_external_id"], row["business_date"], row)
        for row in rows
        if row["status"] != "cancelled"
    )


def true_revenue(records: Iterable[TruthRecord]) -> Revenue:
    return earned(
        (record.facts["place_external_id"], beijing_day(record), record.facts)
        for record in records
        if record.facts["status_raw"] != CANCELLED
    )


def beijing_day(record: TruthRecord) -> str:
    at = record.facts["redeemed_at"]
    assert isinstance(at, int)
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).date().isoformat()


def check(case: Bench, account: Account) -> None:
    """The store has the platform's truth, all of it and nothing else."""
    truth, shop = told(case, account), case.hub.shop(account.name)
    grade = grade_records(case.hub.store, KIND, shop.id, truth)
    rows = stored(case, account)

    assert (grade.lost, grade.surplus) == ([], [])
    assert case.hub.parked(account.name) == []
    assert [row["issues"] for row in rows if row["issues"]] == []
    assert revenue(rows) == true_revenue(truth)
    assert sum(sums["buyer_paid_amount"] for sums in revenue(rows).values()) > 100_00


@pytest.mark.parametrize("seed", range(3))
def test_every_use_is_stored_to_the_fen_and_with_its_place(
    tmp_path: Path, seed: int
) -> None:
    with bench("douyin-laike", tmp_path, seed=seed, kinds=KINDS_READ, **BUSY) as case:
        day(case)
        (account,) = case.platform.accounts()
        truth = told(case, account)

        assert len(truth) > 60
        assert len({t.facts["place_external_id"] for t in truth}) == 4
        assert sum(t.facts["status_raw"] == CANCELLED for t in truth) > 5
        assert len({beijing_day(t) for t in truth}) >= 2
        check(case, account)


@pytest.mark.parametrize("box", BOXES.values(), ids=list(BOXES))
def test_whatever_the_documents_leave_open(tmp_path: Path, box: dict[str, Any]) -> None:
    with bench("douyin-laike", tmp_path, seed=5, kinds=KINDS_READ, **BUSY | box) as case:
        day(case, hours=8)
        for account in case.platform.accounts():
            check(case, account)


def test_a_quiet_shop_tells_nothing_new(tmp_path: Path) -> None:
    with bench("douyin-laike", tmp_path, kinds=KINDS_READ, **BUSY) as case:
        day(case, hours=4)
        case.platform.churn(20)
        case.platform.clock.advance(360.0)
        assert sync(case) != (0, 0)
        position = case.hub.position()

        for pause in (0.0, 60.0, 600.0):
            case.platform.clock.advance(pause)
            outcomes = case.hub.sync(streams=["redemptions"])

            assert outcomes[0].counts.rows > 0  # read again, with their places
            assert (outcomes[0].counts.created, outcomes[0].counts.changed) == (0, 0)
        assert case.hub.position() == position
        assert case.hub.changes(position) == []
