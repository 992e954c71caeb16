"""Every trouble raises one alarm, is told once, and its end is told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from hub_core.store import parked, profiles, streams
from hub_core.store.streams import Proof
from hub_core.store.tables import IncidentRow, PaceRow, ParkedRow, ProfileRow, ShopRow
from hub_core.tokens import StoredToken
from hub_core.wire import Misread
from tests.alarms.world import HOUR, World

CANARY = "王小明13812345678"
"""A buyer, in what platforms wrote: told to nobody."""


def token(world: World, **more: Any) -> StoredToken:
    usual: dict[str, Any] = {"access_token": f"secret-{CANARY}", "fetched_at": world.now}
    return StoredToken(**usual | more)


def keep(world: World, **more: Any) -> None:
    store = world.hub.store.tokens
    former = store.load("taobao/id-西湖店")
    version = former.version if former else None
    made = token(world, version=(version or 0) + 1, **more)
    assert store.save_if("taobao/id-西湖店", version, made)


def a_token_dies(world: World) -> None:
    keep(world, state="needs_reauth", why=f"invalid session of {CANARY}")


def a_token_ends_soon(world: World) -> None:
    keep(world, expires_at=world.now + timedelta(days=2))


def a_token_is_given(world: World) -> None:
    keep(world, expires_at=world.now + timedelta(days=200))


def a_shop_is_refused(world: World) -> None:
    why = f"the owner {CANARY} has withdrawn it"
    world.change(ShopRow, col(ShopRow.id) == 1, refused_at=world.now, refused_why=why)


def a_shop_is_let_in(world: World) -> None:
    world.change(ShopRow, col(ShopRow.id) == 1, refused_at=None, refused_why=None)


def reading_fails(world: World) -> None:
    world.read(1, error=f"收货人 {CANARY}")
    world.reads = False


def reading_goes_on(world: World) -> None:
    world.reads = True


def prove(world: World, state: str, rule: str) -> None:
    begin = world.now - timedelta(hours=5)
    proof = Proof(begin, begin + timedelta(hours=1), state, rule)
    seen = world.now - timedelta(hours=2) if state != "complete" else world.now
    with world.hub.store.writing() as connection:
        streams.add_proof(connection, 1, "orders", proof, seen)


def time_is_not_proved(world: World) -> None:
    prove(world, "partial", f"broke off at {CANARY}")


def time_is_healed(world: World) -> None:
    begin = world.now - timedelta(hours=9)
    proof = Proof(begin, world.now, "complete", "last page first")
    with world.hub.store.writing() as connection:
        streams.add_proof(connection, 1, "orders", proof, world.now)


def records_are_parked(world: World) -> None:
    bad = [Misread(f"A{n}", f"receiver {CANARY}", {"id": n}) for n in range(21)]
    with world.hub.store.writing() as connection:
        parked.park(
            connection, 1, "orders", bad, shape="orders_v1", journal_id=None,
            at=world.now, vault=world.hub.store.vault,
        )  # fmt: skip


def records_are_mended(world: World) -> None:
    world.change(ParkedRow, col(ParkedRow.shop_id) == 1, resolved_at=world.now)


def fields_drift(world: World) -> None:
    gone = {"kind": "gone", "said": f"receiver.{CANARY} is gone", "since": "2026-11-20"}
    findings = [gone]
    with world.hub.store.writing() as connection:
        profiles.save(
            connection, 1, "orders_v1", {}, over=0, rows=9, findings=findings,
            at=world.now, vault=world.hub.store.vault,
        )  # fmt: skip


def drift_is_accepted(world: World) -> None:
    world.change(ProfileRow, col(ProfileRow.shop_id) == 1, findings=[])


def a_ban(world: World) -> None:
    until = world.now + timedelta(hours=1)
    world.hub.store.bans.put("app:taobao/12345678", until, f"because of {CANARY}")


def no_ban(world: World) -> None:
    key = "ban/app:taobao/12345678"
    world.change(PaceRow, col(PaceRow.key) == key, state={})


def the_disk_is_low(world: World) -> None:
    world.restart(disk_low_mb=10**12)


def the_disk_has_room(world: World) -> None:
    world.restart(disk_low_mb=1)


@dataclass(frozen=True)
class Case:
    """How a trouble comes and goes, and what is told of it."""

    key: str
    comes: Callable[[World], None]
    goes: Callable[[World], None]
    said: str
    next: str
    severity: str = "警告"


CASES = [
    Case("token_dead:西湖店", a_token_dies, a_token_is_given, "授权已失效",
         "hub shop token 西湖店", "严重"),
    Case("token_expiring:西湖店", a_token_ends_soon, a_token_is_given,
         "授权将于 11-22 12:", "hub shop token 西湖店"),
    Case("refused:西湖店", a_shop_is_refused, a_shop_is_let_in, "不再允许",
         "hub shop resume 西湖店", "严重"),
    Case("stale:西湖店:orders", reading_fails, reading_goes_on, "orders 长时间没有读完",
         "hub sync 西湖店"),
    Case("gap:西湖店:orders", time_is_not_proved, time_is_healed,
         "orders 有 1 段时间未证实读全，最早 11-20 0", "hub heal 西湖店"),
    Case("parked:西湖店", records_are_parked, records_are_mended, "1 小时内 21 条",
         "hub parked list --shop 西湖店"),
    Case("drift:西湖店:orders", fields_drift, drift_is_accepted,
         "orders 的数据与以往不同（1 处），记录照常入库", "hub drift accept 西湖店 orders"),
    Case("ban:app:taobao/12345678", a_ban, no_ban, "平台限制应用调用至", "hub journal"),
    Case("disk", the_disk_is_low, the_disk_has_room, "磁盘只剩", "清理", "严重"),
]  # fmt: skip


def looks(world: World, count: int) -> list[str]:
    """Looks each five minutes, while the shop is read as it should be, or not; gives what
    was told meanwhile."""
    for _ in range(count):
        world.seconds += 300
        if world.reads:
            world.read(1)
        world.look()
    return world.said()


OF_THE_FILE = [pytest.mark.sqlite("the room beside its file")]


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=OF_THE_FILE if c.key == "disk" else ()) for c in CASES],
    ids=lambda c: c.key.partition(":")[0],
)
def test_a_trouble_is_told_once_and_so_is_its_end(world: World, case: Case) -> None:
    world.shop()
    assert (looks(world, 2), world.open_keys()) == ([], [])

    case.comes(world)
    (told,) = looks(world, 9)
    assert world.open_keys() == [case.key]
    assert told.startswith(f"【channel-hub】{case.severity}：新告警 1\n")
    assert case.said in told
    assert case.next in told.partition("→ ")[2]

    case.goes(world)
    (over,) = looks(world, 5)
    assert world.open_keys() == []
    assert over.startswith(f"【channel-hub】{case.severity}：已恢复 1\n")
    assert case.said in over
    assert [part for part in ("王小明", "13812345678") if part in told + over] == []


@pytest.mark.parametrize("kind", ["endpoint", "gap", "token_died_early"])
def test_what_has_happened_is_told_once_and_has_no_end(world: World, kind: str) -> None:
    shop_id = world.shop()
    world.look()
    for text in (f"https://hook/{CANARY}", "again"):
        world.put(IncidentRow, at=world.now, kind=kind, text=text, shop_id=shop_id)
    world.put(IncidentRow, at=world.now, kind="unauthorised", text="told by its state")
    (told,) = looks(world, 3)
    assert "（2 次）" in told
    assert [part for part in ("王小明", "13812345678") if part in told] == []
    world.seconds += 7 * HOUR
    assert (looks(world, 2), world.open_keys()) == ([], [])


def test_a_token_that_died_as_its_authorisation_was_over_is_told_of_once(
    world: World,
) -> None:
    """The hub can't tell at first: a token is refused, and then so is its renewal."""
    world.shop()
    died: dict[str, Any] = {"channel": "taobao", "text": "refused before its end"}
    world.put(IncidentRow, at=world.now, kind="token_died_early", **died)
    world.look()
    world.seconds += 120
    world.put(IncidentRow, at=world.now, kind="unauthorised", **died)
    a_token_dies(world)
    (told,) = looks(world, 3)
    assert "授权已失效" in told
    a_token_is_given(world)
    (over,) = looks(world, 5)
    assert "已恢复 1" in over
    world.seconds += HOUR
    world.put(IncidentRow, at=world.now, kind="token_died_early", **died)
    (told,) = looks(world, 3)
    assert "授权令牌提前失效" in told


@pytest.mark.parametrize(
    "key", ["app:taobao/key-1", "shop:taobao/key-1/西湖店", "call:taobao/key-1:orders.list"]
)
def test_of_a_ban_and_what_comes_of_it_the_ban_is_told(world: World, key: str) -> None:
    world.shop()
    looks(world, 1)
    world.hub.store.bans.put(key, world.now + timedelta(hours=3), "limited")
    reading_fails(world)
    (told,) = looks(world, 30)
    assert "平台限制" in told
    assert world.open_keys() == [f"ban:{key}"]
