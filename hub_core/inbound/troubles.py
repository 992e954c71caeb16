"""What a person should know of pushes and questions, as long as it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..hub import Hub
from ..store import asks, codes, commands, inbox
from ..store.asks import Ask
from ..store.commands import Command
from ..wire import BEIJING
from ..writes import answering
from .inlets import unheard
from .settling import short_at

LATE = timedelta(minutes=10)
"""Pushes that are due for longer are not being worked off. One that failed and waits for
its next try is: where its shop is shut, that is told of as such."""
OVER = timedelta(days=2)
"""How long a question nobody decided in time is still told of."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be. `key` is the same for as long as it lasts."""

    key: str
    severity: str
    """`warning` or `critical`."""
    since: datetime
    text: str
    """In Chinese, for merchants; without anything a platform or a buyer wrote."""


def troubles(hub: Hub, now: datetime) -> list[Trouble]:
    """What is amiss at this moment; nothing of what has been mended."""
    return [*_here(hub, now), *_inlets(hub, now)]


def _here(hub: Hub, now: datetime) -> list[Trouble]:
    with hub.store.reading() as connection:
        return [
            *_pushes(connection, now),
            *_asks(connection, now),
            *_pools(connection, now),
        ]


def _pushes(connection: Connection, now: datetime) -> Iterator[Trouble]:
    found = inbox.counts(connection)
    if late := inbox.overdue(connection, now - LATE):
        count, since = late
        text = f"{count} 条推送尚未处理，最早一条收到于 {_clock(since)}"
        yield Trouble("push_late", "warning", since, text)
    for state, said in (
        (inbox.PARKED, "推送所指的记录多次取不到"),
        (inbox.NO_SHOP, "推送属于尚未接入的店铺"),
    ):
        if state in found:
            count, since = found[state]
            yield Trouble(f"push_{state}", "warning", since, f"{count} 条{said}")


def _inlets(hub: Hub, now: datetime) -> Iterator[Trouble]:
    """Messages that do not come. The lists are read all the same."""
    for one in unheard(hub, now - LATE):
        why = "平台拒绝了该应用" if one.refused else "连接不上平台"
        text = (
            f"应用 {one.app} 自 {_clock(one.since)} 起收不到平台消息（{why}），仍按列表读取"
        )
        yield Trouble(f"inlet:{one.channel}:{one.app}", "warning", one.since, text)


def _asks(connection: Connection, now: datetime) -> Iterator[Trouble]:
    refused = _refused(connection)
    for one in asks.listing(
        connection, states=(asks.OPEN, asks.DECIDED), due_after=now - OVER
    ):
        if one.state == asks.DECIDED and (command := refused.get((one.id, one.verdict))):
            text = f"{_about(one)}的决定（{one.verdict}）被平台拒绝，请到平台后台处理"
            yield Trouble(f"ask:{one.id}", "critical", command.done_at or now, text)
            continue
        if one.deadline_at is None:
            continue
        begun = short_at(one)
        if begun is not None and now >= begun:
            yield Trouble(
                f"ask:{one.id}",
                "critical" if now >= one.deadline_at else "warning",
                begun,
                _said(one, now),
            )


def _refused(connection: Connection) -> dict[tuple[int, str | None], Command]:
    """Decisions a platform would not take, by question and verdict: not told again."""
    found = commands.listing(
        connection, kind=answering.KIND, states=("refused",), oldest_first=False
    )
    return {(one.asked["question"], one.asked["verdict"]): one for one in found}


def _pools(connection: Connection, now: datetime) -> Iterator[Trouble]:
    for pool in codes.pools(connection):
        if pool.issued and not pool.free:
            text = f"SKU {pool.sku} 的三方码已用完，新订单将等待人工发码"
            key = f"codes:{pool.shop_id}:{pool.sku}"
            yield Trouble(key, "warning", now, text)


def _said(one: Ask, now: datetime) -> str:
    assert one.deadline_at is not None
    about, when = _about(one), _clock(one.deadline_at)
    if now >= one.deadline_at:
        return f"{about}已过答复时限 {when}，平台将自行处理"
    if one.state == asks.DECIDED:
        return f"{about}已有决定（{one.verdict}），但平台还未取走，时限 {when}"
    return f"{about}还没有人决定，时限 {when}"


def _about(one: Ask) -> str:
    orders = "、".join(one.orders)
    return f"订单 {orders} 的问询 {one.id}（{one.kind}）"


def _clock(at: datetime) -> str:
    """As a merchant's clock has it."""
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"
