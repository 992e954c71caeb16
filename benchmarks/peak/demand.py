"""Shops of very different sizes, and what becomes of their orders through a day.

Orders are made at a rate that changes by the hour. Each is paid within minutes or closed
after half an hour, shipped within hours, received after days; some are asked back. What
these numbers are is a guess a merchant would call likely, and no more than that.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

HOUR = 3600.0
ORDINARY = (1.0,) * 24
"""A day of the lowest rate, all day long: an idle system."""
PEAK = (
    2.0, 2.0, 2.0, 1.5, 1.0, 1.0,  # the eve, from 18:00 on
    20.0, 8.0, 3.0, 1.5, 1.0, 1.0, 1.0, 2.0, 4.0, 5.0, 6.0, 5.0,
    4.0, 4.0, 4.0, 4.0, 4.0, 4.0,
)  # fmt: skip
"""11.11 by the hour, from 18:00 on the eve: twenty times the lowest rate at midnight."""
PAST = 89 * 24 * HOUR
BEFORE = 30 * HOUR
"""How much of the time before is known, at the lowest rate."""
SECONDS = 1.0
"""Platforms tell whole seconds."""

Moment = tuple[float, str, str, str, bool]
"""When, kind, id, the list it stands in from then on (blank: none), whether it is final."""


@dataclass(frozen=True, slots=True)
class Account:
    """One shop on one channel."""

    id: int
    channel: str
    rank: int
    """1: the largest of its channel."""
    hourly: float
    """Orders in an hour of the lowest rate."""
    past: int = 0
    """Orders of the last 90 days that the hub has not read yet."""

    @property
    def name(self) -> str:
        """As the pace knows it."""
        return f"{self.channel}-{self.rank}"


@dataclass(slots=True)
class Listed:
    """One list of an account: what stood in it when, by the time of its change."""

    times: array[float] = field(default_factory=lambda: array("d"))
    events: array[int] = field(default_factory=lambda: array("l"))
    gone: list[int] = field(default_factory=list)
    """Places whose row has moved on, sorted."""


@dataclass(slots=True)
class Kind:
    """The records of one kind of an account, through all their changes."""

    times: array[float] = field(default_factory=lambda: array("d"))
    ids: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    final: bytearray = field(default_factory=bytearray)
    former: array[int] = field(default_factory=lambda: array("l"))
    """The event before this one of the same record; -1: there was none."""
    place: array[int] = field(default_factory=lambda: array("l"))
    """Where in its list it stands."""

    def __len__(self) -> int:
        return len(self.times)


def accounts(channels: Sequence[str], shops: int, hourly: float) -> list[Account]:
    """So many shops a channel, of Zipf sizes, that make `hourly` orders together."""
    share = 1 / sum(1 / rank for rank in range(1, shops + 1))
    places = [(channel, rank) for channel in channels for rank in range(1, shops + 1)]
    return [
        Account(number, channel, rank, hourly * share / rank)
        for number, (channel, rank) in enumerate(places, start=1)
    ]


def moments(account: Account, shape: Sequence[float], seed: int) -> list[Moment]:
    """All that happens to an account's orders, by time; the same for the same seed."""
    chance = random.Random(f"{seed} {account.name}")
    found = [
        (-by.random() * PAST // 1, "orders", f"{account.id}-p{n}", "orders", True)
        for by in (random.Random(f"{seed} {account.name} past"),)
        for n in range(account.past)
    ]
    for number, at in enumerate(_made(account, shape, chance)):
        life = _voucher if account.channel == "douyin-laike" else _parcel
        found += life(account.channel, f"{account.id}-{number}", at, chance)
    end = len(shape) * HOUR
    return sorted(m for m in found if m[0] < end)


def _made(account: Account, shape: Sequence[float], by: random.Random) -> Iterator[float]:
    at, end = -BEFORE, len(shape) * HOUR
    while at < end:
        rate = account.hourly * (shape[int(at // HOUR)] if at >= 0 else 1.0)
        at += by.expovariate(rate / HOUR)
        if at < end:
            yield at // SECONDS


def _parcel(channel: str, id: str, at: float, by: random.Random) -> Iterator[Moment]:
    """An order of goods."""
    unpaid = {"jd": "unpaid", "pinduoduo": ""}.get(channel, "orders")
    if unpaid:
        yield at, "orders", id, unpaid, False
    if by.random() < 0.1:
        if unpaid:
            yield at + 1800, "orders", id, "orders", True
        return
    paid = at + 5 + by.expovariate(1 / 60) // 1
    yield paid, "orders", id, "orders", False
    if by.random() < 0.03:
        yield from _asked_back(channel, id, paid + by.randint(600, 14_400), by, early=True)
        return
    shipped = paid + by.randint(3600, 57_600)
    yield shipped, "orders", id, "orders", False
    received = shipped + by.randint(72_000, 252_000)
    yield received, "orders", id, "orders", True
    if by.random() < 0.02:
        yield from _asked_back(channel, id, received + 3600, by, early=False)


def _asked_back(
    channel: str, id: str, at: float, by: random.Random, *, early: bool
) -> Iterator[Moment]:
    asked, settled = {
        "taobao": ("after_sales", "after_sales"),
        "pinduoduo": ("after_sales_2", "after_sales_10"),
        "jd": ("refund_applies",) * 2 if early else ("service_bills",) * 2,
        "douyin-laike": ("after_sales_made", "after_sales_done"),
    }[channel]
    decided = at + by.randint(1800, 14_400)
    yield at, "after_sales", id, asked, False
    yield at, "orders", id, "orders", False
    yield decided, "after_sales", id, settled, True
    yield decided, "orders", id, "orders", True


def _voucher(channel: str, id: str, at: float, by: random.Random) -> Iterator[Moment]:
    """A voucher: used within a day, given back, or kept."""
    yield at, "orders", id, "orders", False
    paid = at + by.randint(3, 20)
    yield paid, "orders", id, "orders", False
    if (fate := by.random()) < 0.6:
        used = paid + by.randint(3600, 72_000)
        yield used, "redemptions", id, "redemptions", True
        yield used, "orders", id, "orders", True
    elif fate < 0.65:
        yield from _asked_back(channel, id, paid + by.randint(600, 14_400), by, early=True)


def lives(found: Sequence[Moment]) -> dict[str, Kind]:
    """An account's moments, packed, by kind."""
    kinds: dict[str, Kind] = {}
    last: dict[tuple[str, str], int] = {}
    for at, name, id, listed, final in found:
        kind = kinds.setdefault(name, Kind())
        kind.former.append(last.get((name, id), -1))
        last[name, id] = len(kind)
        kind.times.append(at)
        kind.ids.append(id)
        kind.lists.append(listed)
        kind.final.append(final)
        kind.place.append(-1)
    return kinds
