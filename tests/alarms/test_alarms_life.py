"""An alarm's life: once, deduplicated, grouped, and over when it is gone for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import col

from hub_core import alarms
from hub_core.alarms import Severity, Trouble
from hub_core.alarms.message import BYTES
from hub_core.settings import TargetTable
from hub_core.store import alarms as stored
from hub_core.store import shops
from hub_core.store.schedules import Slot, pause, plan
from hub_core.store.tables import AlarmLookRow, AlarmRow, ShopRow, StreamRow
from tests.alarms.world import HOUR, MINUTE, Ear, World, listening

LATE = Trouble(
    key="spi:西湖店:T1", severity=Severity.CRITICAL, said="退款审核还剩 1 小时",
    next="在 ERP 中处理 T1", shop="西湖店", channel="taobao", company="甲公司",
)  # fmt: skip
SLOW = Trouble(
    key="schedule:南山店:orders", severity=Severity.WARNING, said="定时任务未执行"
)


def counted(texts: list[str], word: str) -> int:
    """How many alarms these messages name as `word` (新告警, 仍未恢复, 已恢复)."""
    return sum(int(n) for text in texts for n in re.findall(rf"{word} (\d+)", text))


# Once -----------------------------------------------------------------------------------


def test_what_others_found_is_told_once_and_its_end(world: World) -> None:
    world.run(3, LATE)
    world.run(8)
    told, over = world.said()
    assert told == (
        "【channel-hub】严重：新告警 1\n· 西湖店：退款审核还剩 1 小时\n  → 在 ERP 中处理 T1"
    )
    assert over == (
        "【channel-hub】严重：已恢复 1\n"
        "· 西湖店：退款审核还剩 1 小时（11-20 12:00 至 11-20 12:03）"
    )


def test_all_that_one_look_finds_is_one_message_for_each_severity(world: World) -> None:
    more = Trouble(key="spi:西湖店:T2", severity=Severity.CRITICAL, said="还剩 2 小时")
    world.look(LATE, SLOW, more)
    worst, other = world.said()
    assert worst.startswith("【channel-hub】严重：新告警 2\n")
    assert other.startswith("【channel-hub】警告：新告警 1\n")


def test_what_flaps_is_told_once_until_it_stays_away(world: World) -> None:
    for _ in range(7):
        world.run(1, LATE, step=60)
        world.run(1, step=60)
    assert counted(world.said(), "新告警") == 1
    world.run(6, step=2 * MINUTE)
    assert counted(world.said(), "已恢复") == 1


def test_what_comes_back_soon_after_its_end_has_to_stay_away_longer(world: World) -> None:
    for _ in range(5):  # each twelve minutes anew
        world.run(3, LATE, step=3 * MINUTE)
        world.run(9, step=3 * MINUTE)
    assert counted(world.said(), "新告警") == 2


def test_a_text_that_changes_is_no_new_alarm(world: World) -> None:
    for hours in range(9, 0, -1):
        one = Trouble(key="spi:a:1", severity=Severity.WARNING, said=f"还剩 {hours} 小时")
        world.look(one)
    assert len(world.said()) == 1
    with world.hub.store.reading() as connection:
        (kept,) = stored.open_ones(connection)
    assert kept.said == "还剩 1 小时"


def test_what_gets_worse_is_told_again(world: World) -> None:
    for severity in (Severity.WARNING, Severity.CRITICAL, Severity.WARNING):
        world.look(Trouble(key="disk", severity=severity, said="只剩 9 MB"))
    said = world.said()
    assert [text[13:15] for text in said] == ["警告", "严重"]
    assert len(world.open_keys()) == 1


def test_what_lasts_is_told_again_once_a_day_until_somebody_sees_to_it(
    world: World,
) -> None:
    world.run(3 * 24 * 60, LATE, step=8 * HOUR)
    said = world.said()
    assert [counted(said, word) for word in ("新告警", "仍未恢复")] == [1, 2]
    with world.hub.store.writing() as connection:
        assert stored.acknowledge(connection, [LATE.key], world.now) == [LATE.key]
    world.run(2 * 24 * 60, LATE, step=12 * HOUR)
    assert world.said() == []


def test_what_is_over_before_it_had_to_be_told_is_told_to_nobody(world: World) -> None:
    brief = Trouble(
        key="ban:x", severity=Severity.WARNING, said="限制", wait=timedelta(minutes=2)
    )
    world.run(1, brief)
    world.run(10)
    assert (world.said(), world.open_keys()) == ([], [])


# Many -----------------------------------------------------------------------------------


def test_a_flood_is_one_message_with_counts_and_the_first_ten(world: World) -> None:
    names = [f"门店{number:03d}" for number in range(500)]
    with world.hub.store.writing() as connection:
        for name in names:
            world.add(connection, name)
        ids = {shop.name: shop.id for shop in shops.shops(connection)}
        rows = [{"shop_id": ids[n], "name": "orders", "lease_epoch": 0} for n in names]
        connection.execute(insert(StreamRow), [{**r, "lease_until": 0.0} for r in rows])
    world.look()
    world.run(45, step=9 * MINUTE)
    (told,) = world.said()
    assert told.startswith("【channel-hub】警告：新告警 500\n读取滞后 500 项\n")
    assert re.findall(r"· 门店(\d+)：", told) == [f"{n:03d}" for n in range(10)]
    assert told.endswith("另有 490 项，见 hub alarms list")
    assert len(told.encode()) <= BYTES


def test_long_names_do_not_make_a_message_too_long(world: World) -> None:
    found = [
        Trouble(
            key=f"x:{n}", severity=Severity.WARNING, said="很长" * 60, shop=f"店{n}" * 9
        )
        for n in range(30)
    ]
    world.look(*found)
    (told,) = world.said()
    assert len(told.encode()) <= BYTES
    assert "另有" in told


# What comes of what ---------------------------------------------------------------------


def test_of_a_shop_that_is_not_read_only_the_reason_is_told(world: World) -> None:
    world.read(world.shop())
    world.look()
    world.run(45, step=5 * MINUTE)
    assert counted(world.said(), "新告警") == 1  # it is stale, nobody knows why
    mine = col(ShopRow.id) == 1
    world.change(ShopRow, mine, refused_at=world.now, refused_why="x")
    world.run(60, step=9 * MINUTE)
    (told,) = world.said()
    assert "不再允许" in told
    assert world.open_keys() == ["refused:西湖店"]
    world.change(ShopRow, mine, refused_at=None, refused_why=None)
    world.run(20, step=5 * MINUTE)
    (over,) = world.said()
    assert counted([over], "已恢复") == 1  # it has its half hour to be read anew


def test_nobody_is_blamed_for_time_in_which_the_hub_did_not_run(world: World) -> None:
    shop_id = world.shop()
    world.read(shop_id)
    world.look()
    world.seconds += 5 * HOUR
    world.run(10, step=2 * MINUTE)
    world.read(shop_id)
    world.run(10, step=5 * MINUTE)
    assert (world.said(), world.open_keys()) == ([], [])


@pytest.mark.parametrize(
    ("every", "paused", "told"), [(60, 0, 1), (3600, 0, 0), (60, 1, 0)]
)
def test_a_stream_is_stale_by_its_own_rhythm(
    world: World, every: int, paused: int, told: int
) -> None:
    shop_id = world.shop()
    world.read(shop_id)
    slot = Slot(shop_id, "orders", "sync")
    with world.hub.store.writing() as connection:
        plan(connection, shop_id, [(slot, timedelta(seconds=every), world.now)])
        pause(connection, [slot] * paused, world.now)
    world.look()
    world.run(60, step=9 * MINUTE)
    assert counted(world.said(), "新告警") == told


# Restarts, and more than one process ----------------------------------------------------


def test_a_restart_tells_nothing_twice_and_forgets_nothing(world: World) -> None:
    world.run(2, LATE)
    world.restart()
    world.run(2, LATE)
    assert counted(world.said(), "新告警") == 1
    world.run(2)
    world.restart()
    world.run(6)
    assert counted(world.said(), "已恢复") == 1


def test_of_two_processes_one_looks_and_tells(world: World) -> None:
    world.look(LATE)
    world.change(AlarmLookRow, col(AlarmLookRow.name) == "", holder="other:1:1", until=9e9)
    world.seconds += 60
    looked, telling = world.look()
    assert (looked.elsewhere, telling.sent) == (True, 0)
    world.change(AlarmLookRow, col(AlarmLookRow.name) == "", until=0.0)
    looked, _ = world.look(LATE, SLOW)
    assert looked.raised == (SLOW.key,)


@pytest.fixture
def elsewhere(tmp_path: Path, ear: Ear) -> Iterator[World]:
    """The same on PostgreSQL."""
    from tests.store import postgres

    url = postgres.fresh()
    made = World(tmp_path, ear, url)
    yield made
    made.close()
    postgres.drop(url)


@pytest.mark.skipif("sys.platform == 'win32'")
def test_all_of_it_holds_on_postgresql(elsewhere: World) -> None:
    world = elsewhere
    world.read(world.shop())
    world.look(LATE, SLOW)
    world.run(45, LATE, SLOW, step=5 * MINUTE)
    said = world.said()
    assert counted(said, "新告警") == 3
    world.restart()
    world.run(10, SLOW, step=MINUTE)
    (over,) = world.said()
    assert counted([over], "已恢复") == 1
    assert world.open_keys() == [SLOW.key, "stale:西湖店:orders"]


# When things fail -----------------------------------------------------------------------


def test_a_question_that_fails_is_told_of_and_ends_no_alarm(world: World) -> None:
    broken = False

    def found() -> list[Trouble]:
        if broken:
            raise ValueError("of 王小明")
        return [LATE]

    world.look(found)
    broken = True
    world.run(12, found, step=MINUTE)
    broken = False
    world.run(12, found, step=MINUTE)
    said = world.said()
    assert [counted(said, word) for word in ("新告警", "已恢复")] == [2, 1]
    assert "自检项目 extra 出错" in said[1]
    assert "王小明" not in "".join(said)
    assert world.open_keys() == [LATE.key]


def test_a_receiver_that_fails_is_tried_again_and_keeps_no_other_from_hearing(
    tmp_path: Path, ear: Ear
) -> None:
    with listening() as other:
        (tmp_path / "boss").write_text("feishu://boss-token-0001")
        boss = {"url": f"file:{tmp_path / 'boss'}", "base_url": other.url}
        ops = {"url": f"file:{tmp_path / 'ops'}", "base_url": ear.url}
        world = World(tmp_path, ear, targets={"boss": boss, "ops": ops})
        other.answer = {"code": 19024, "msg": "Key Words Not Found"}
        _, telling = world.look(LATE)
        assert telling.failed == ("boss",)
        assert counted(world.said(), "新告警") == 1
        world.run(0.5, LATE)
        assert len(other.heard) == 2  # tried again at the next look
        world.run(30, LATE, step=2 * MINUTE)
        assert "告警接收方 boss 连续多次发送失败" in world.said()[0]
        with world.hub.store.reading() as connection:
            assert stored.targets(connection)["boss"].error == (
                "HTTP 200, code 19024: Key Words Not Found"
            )
        world.run(8, step=2 * MINUTE)  # over before it was ever heard of there
        other.answer, other.heard[:] = None, []
        world.run(30, step=2 * MINUTE)
        world.close()
    (late,) = other.texts
    assert counted([late], "已恢复") == 1
    assert counted(world.said(), "已恢复") == 2  # the alarm, and the receiver itself


@pytest.mark.sqlite("its file is damaged")
def test_a_database_that_ails_is_told_of_without_it(world: World) -> None:
    world.look()
    world.hub.store.engine.dispose()
    kept = world.file.read_bytes()
    world.file.write_bytes(b"no database at all" * 1000)
    looked, telling = world.look()
    assert (looked.well, telling.sent) == (False, 1)
    assert looked.ailing is not None
    assert "damaged" in looked.ailing
    world.run(5)
    world.hub.store.engine.dispose()
    world.file.write_bytes(kept)
    world.run(8)
    told, over = world.said()
    assert "数据库无法读写" in told
    assert over.startswith("【channel-hub】严重：已恢复 1\n")


# Whom it concerns -----------------------------------------------------------------------


ASKS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [LATE.key, SLOW.key]),
    ({"severity": "critical"}, [LATE.key]),
    ({"channels": ["taobao"]}, [LATE.key]),
    ({"channels": ["jd"]}, []),
    ({"companies": ["甲公司"]}, [LATE.key]),
    ({"companies": ["乙公司"]}, []),
]


def test_a_receiver_hears_what_it_asks_for(world: World) -> None:
    alarms.look(world.hub, world.now, [LATE, SLOW])
    with world.hub.store.reading() as connection:
        found = stored.open_ones(connection)
    for asks, hears in ASKS:
        table = TargetTable(url="env:X", **asks)
        assert [a.key for a in found if alarms.wants("ops", table, a)] == hears
    ops = {**world.tables["targets"]["ops"], "companies": ["甲公司"]}
    world.restart(targets={"ops": ops})
    world.look(LATE, SLOW)
    assert counted(world.said(), "新告警") == 1


def test_what_is_of_a_shop_is_of_its_channel_and_company(world: World) -> None:
    world.shop("taobao-flagship-01 a", company="丙公司")
    command = "hub shop token 'taobao-flagship-01 a'"
    world.look(
        Trouble(
            key="x:1", severity=Severity.WARNING, said="x", next=command,
            shop="taobao-flagship-01 a",
        )
    )  # fmt: skip
    assert world.said()[0].endswith(f"· taobao-flagship-01 a：x\n  → {command}")
    with world.hub.store.reading() as connection:
        (kept,) = stored.open_ones(connection)
    assert (kept.channel, kept.company) == ("taobao", "丙公司")


def test_one_who_is_added_later_hears_what_is_open(world: World) -> None:
    world.restart(targets={})
    world.run(5, LATE)
    (world.folder / "ops").write_text("wecombot://ops-key-0002")
    ops = {"url": f"file:{world.folder / 'ops'}", "base_url": world.ear.url}
    world.restart(targets={"ops": ops})
    world.run(2, LATE)
    assert counted(world.said(), "新告警") == 1


def test_old_alarms_are_forgotten(world: World) -> None:
    world.look(LATE)
    world.run(10, step=5 * MINUTE)
    world.seconds += 91 * 24 * HOUR
    world.look()
    with world.hub.store.reading() as connection:
        assert connection.execute(AlarmRow.__table__.select()).all() == []  # type: ignore[attr-defined]
