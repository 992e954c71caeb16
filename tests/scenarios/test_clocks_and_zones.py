"""A clock that is wrong and a machine in another time zone change nothing.

The one column left out of comparisons is `hub_changed_at`: it is the hub's own clock.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hub_core.clock import PlatformClock
from hub_core.hub import Hub
from hub_core.insight import export
from tests import databases
from tests.harness import NOON, Bench, bench, dense
from tests.scenarios.served import Served, quiet, served

CHANNELS = ["douyin-laike", "taobao", "jd", "pinduoduo"]
ZONES = ["UTC", "Asia/Shanghai", "America/New_York"]
MINUTES = [-15, -5, 5, 15]


def exported(hub: Hub) -> str:
    """What an ERP is given, a row per line of an order."""
    file = io.BytesIO()
    export.write_csv(hub.each_order(), file, lambda order: True, lines=True)
    return without_our_times(file.getvalue())


def without_our_times(text: bytes) -> str:
    """Sorted: rows come as they were first stored, which windows and threads decide."""
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows
    told = [str({k: v for k, v in r.items() if k != "hub_changed_at"}) for r in rows]
    return "\n".join(sorted(told))


def read(made: Bench) -> None:
    made.platform.clock.advance(1_000)
    outcomes = made.hub.sync() + made.hub.heal()
    assert [o.error for o in outcomes] == [None] * len(outcomes)


@pytest.mark.parametrize("minutes", MINUTES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_h11_clock_skew(channel: str, minutes: int, tmp_path: Path) -> None:
    with bench(channel, tmp_path, seed=11, **dense(channel)) as right:
        read(right)
        wanted = exported(right.hub)
    skewed = dense(channel) | {"skew": minutes * 60.0}
    with bench(channel, tmp_path, seed=11, **skewed) as wrong:
        read(wrong)
        assert exported(wrong.hub) == wanted
        for stream in wrong.hub.coverage():
            assert stream.cursor_at is not None
            assert stream.cursor_at.timestamp() <= wrong.platform.clock.now() - 180
        (account,) = wrong.platform.accounts()
        assert wrong.lost(account) == []


class Deaf(PlatformClock):
    """A clock that takes this machine's time for the platform's."""

    known = True

    def learn(self, *told: object) -> None: ...


def test_h11_control_a_hub_that_trusts_its_own_clock_passes_what_has_not_come(
    tmp_path: Path,
) -> None:
    with bench("douyin-laike", tmp_path, seed=11, skew=900.0) as made:
        made.platform.clock.advance(1_000)
        (account,) = made.platform.accounts()
        made.hub.lines.room(account.app_key).clock = Deaf(made.clock)
        made.hub.sync()
        made.platform.churn(10)
        made.platform.clock.advance(400)
        made.hub.sync()
        (stream,) = made.hub.coverage()
        assert stream.cursor_at is not None
        assert stream.cursor_at.timestamp() > made.platform.clock.now() + 600
        assert made.lost(account) != []


@pytest.mark.parametrize("channel", CHANNELS)
def test_h12_time_zones(channel: str, tmp_path: Path) -> None:
    """Three machines read one box; each exports what it read."""
    with served(
        channel, tmp_path, seed=12, orders=30,
        reading={"settle_lag_seconds": 1}, deadline=30,
    ) as first:  # fmt: skip
        quiet(first.platform)
        machines = [first, *(_another(first, zone) for zone in ZONES[1:])]
        reading = [m.start("sync", TZ=z) for m, z in zip(machines, ZONES, strict=True)]
        ends = [(one.communicate(timeout=120), one.returncode) for one in reading]
        assert [code for _, code in ends] == [0, 0, 0], ends
        told = [
            m.run("export", "orders", "--lines", TZ=z).stdout
            for m, z in zip(machines, ZONES, strict=True)
        ]
        again = first.run("export", "orders", "--lines", TZ=ZONES[2]).stdout
    assert again == told[0], "the same database, another zone: not one byte differs"
    assert {without_our_times(text) for text in told} == {without_our_times(told[0])}


def _another(first: Served, name: str) -> Served:
    """A second hub for the same shops, with a database of its own."""
    file = first.folder / f"{name.replace('/', '-')}.db"
    return Served(
        first.platform, first.folder, databases.copy(first.folder / "hub.db", file)
    )


@pytest.mark.parametrize("channel", CHANNELS)
def test_h13_absurd_state(channel: str, tmp_path: Path) -> None:
    """A cursor from a broken backup lies ten years ahead: told, and mended by a person."""
    with bench(
        channel, tmp_path, seed=13, database=databases.at(tmp_path / "hub.db"),
        **dense(channel),
    ) as made:  # fmt: skip
        read(made)
        (account,) = made.platform.accounts()
        ahead = "UPDATE stream SET cursor_at = '2036-11-20 04:00:00.000000'"
        with made.hub.store.writing() as connection:
            connection.execute(text(ahead))
        made.platform.churn(10)
        made.platform.clock.advance(1_000)
        for _ in range(2):
            outcomes = made.hub.sync()
            assert all(o.error for o in outcomes)
            assert all(o.error.kind == "Misconfigured" for o in outcomes if o.error)
            assert "lies in the future" in str(outcomes[0].error)
        assert made.lost(account) != [], (
            "nothing new is had meanwhile, and nothing hides it"
        )
        healed = made.hub.heal(since=datetime.fromtimestamp(NOON, UTC) - timedelta(days=2))
        assert [o.error for o in healed] == [None] * len(healed)
        assert made.lost(account) == []


@pytest.mark.parametrize("skew", [-900.0, 0.0, 900.0])
def test_t8_expiry_clock(skew: float, tmp_path: Path) -> None:
    """A day of syncing: a token is renewed ahead of its end, whatever our clock says."""
    with bench("douyin-laike", tmp_path, seed=8, skew=skew) as made:
        for _ in range(24):
            assert [o.error for o in made.hub.sync()] == [None]
            made.platform.clock.advance(3_600)
        log = made.platform.log.entries
        fetched = sum(e.operation.startswith("token") for e in log)
        refused = [e for e in log if e.outcome != "ok"]
        assert 11 <= fetched <= 25
        assert len(refused) <= fetched
