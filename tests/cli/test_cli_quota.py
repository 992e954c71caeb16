"""`hub quota`: what calls were spent on, what is left, what was learned, who is banned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.world import NO_LIMIT, World, boxed

DAY = {"calls": 5000, "day": True, "prefix": "orders."}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of Taobao with a budget a day, read by the program once."""
    folder: Path = tmp_path_factory.mktemp("quota")
    with boxed(folder, "taobao", orders=30) as made:
        limits = {"taobao": {**NO_LIMIT, "limits": [*NO_LIMIT["limits"], DAY]}}
        made.write_settings(channels=limits)
        account = made.accounts("taobao")[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHOP_TOKEN", account.access_token or "")
            assert made.add_shop(account, "taobao").code == 0
        assert made.hub("sync").code == 0
        yield made


def test_every_call_is_counted_by_whom_and_what_for(read: World) -> None:
    said = read.hub("quota", "--json")
    (account,) = read.accounts("taobao")
    used = said.json["used"]
    with read.open() as hub:
        made = Counter(entry.call for entry in hub.journal(limit=10_000))
    assert said.code == 0
    counted = Counter[str]()
    for one in used:
        counted[one["call"]] += one["calls"]
    assert counted == made
    assert {(u["channel"], u["app_key"], u["shop"]) for u in used} == {
        ("taobao", account.app_key, account.name)
    }
    assert {u["rank"] for u in used} == {"backfill", "incremental"}
    assert all(u["waited"] < 1.0 and u["throttled"] == 0 for u in used)


def test_what_is_left_of_the_day_is_told_and_not_used_up_by_one_that_ended(
    read: World,
) -> None:
    said = read.hub("quota", "--json").json
    calls = sum(u["calls"] for u in said["used"] if u["call"].startswith("orders."))
    (day,) = [one for one in said["limits"] if one["allowed"] == "5000/day"]
    assert (day["used"], day["left"], day["free_at"]) == (calls, 5000 - calls, None)
    assert (day["per"], day["prefix"], day["shop"]) == ("app", "orders.", "")


def test_what_was_learned_and_bans_are_told(read: World) -> None:
    (account,) = read.accounts("taobao")
    app = f"taobao/{account.app_key}"
    until = datetime.now(UTC) + timedelta(hours=1)
    with read.open() as hub:
        pace = hub.lines.room(account.app_key).pace
        pace.throttled("orders.list", app, account.name, 30.0)
        pace.ban(f"call:{app}:items.get", until, "too fast")
    said = read.hub("quota", "--json").json
    (limit,) = [one for one in said["limits"] if one["allowed"] == "100000/1"]
    assert limit["part"] == pytest.approx(0.5, rel=0.05)
    assert datetime.fromisoformat(limit["free_at"]) > datetime.now(UTC)
    assert [ban["key"] for ban in said["bans"]] == [f"call:{app}:items.get"]
    shown = read.hub("quota").out
    assert "50%" in shown
    assert "items.get" in shown


def test_before_any_call_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with boxed(tmp_path, "jd", orders=1) as made:
        said = made.hub("quota", "--json")
        assert (said.code, said.json) == (0, {"used": [], "limits": [], "bans": []})
        assert "none were made" in made.hub("quota").out
