"""API calls per 1,000 changed orders, beside the fewest the documents allow.

    python -m benchmarks.calls [--changed 1000] [--channel NAME] [--json]

A hub is up to date with a platform in a box. Then that many orders change or are made in
the course of an hour, the settle lag passes, and one `sync` brings them. What it asked is
counted in the platform's own access log; so is a sync for which nothing has changed.

The minimum is what the platform's documents leave of a reading that loses nothing:

* A list sorted by a time that changes is read from its last page to its first, so how many
  rows it has must be asked before: one call, whose own rows are worth nothing where there
  is more than one page. Source: taobao.trades.sold.increment.get (the two steps are written
  there); pdd.order.number.list.increment.get ("from the last page"); channel papers of JD
  §3 and 抖音来客 §3.3 for the others, whose lists are numbered pages over the time of
  change just so.
* Then its pages, each of the most rows the platform gives: 100. Source: page_size of
  taobao.trades.sold.increment.get, jingdong.pop.order.enSearch, notPayOrderInfo,
  pdd.order.number.list.increment.get, and /goodlife/v1/trade/order/query/.
* Taobao's list names a part of an order's fields only: taobao.trade.fullinfo.get for each
  changed trade, once.
* Pinduoduo's list answers for half an hour at most (pdd.order.number.list.increment.get):
  what changed in an hour takes that many windows, back to back, each counted for itself.
* JD lists unpaid orders apart from the others (jingdong.pop.order.notPayOrderInfo): both
  lists have to be asked.
* Tokens are alive: none is fetched.

Not in it, and so counted against the hub: the look at the newest minutes, which are too
young to be relied on, and whatever makes a reading sure that nothing moved meanwhile.

Exit code 1: some channel takes more than 1.1 times its minimum.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from tests.harness import Bench, bench

CHANNELS = ("douyin-laike", "taobao", "jd", "pinduoduo")
LISTS = {
    "douyin-laike": ("orders",),
    "taobao": ("orders",),
    "jd": ("orders", "unpaid"),
    "pinduoduo": ("orders",),
}
PARTIAL = {"taobao"}
"""Whose lists do not hold whole orders."""
WIDEST = {"pinduoduo": 1800.0}
"""Seconds of changes one question may be about, where an hour's are too many."""
PAGE = 100
MOST = 1.1
SETTLED = 400.0
"""Seconds in which every change has become visible, the settle lag is past, and nothing
that was read before lies within the overlap."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What one sync asked of one platform."""

    channel: str
    changed: dict[str, int]
    """Orders changed, by the list they stand in."""
    asked: dict[str, int]
    minimum: int

    @property
    def total(self) -> int:
        """All calls, whatever for."""
        return sum(self.asked.values())

    @property
    def ratio(self) -> float:
        """Calls for each that could not be left out."""
        return self.total / self.minimum


def minimum(channel: str, changed: Mapping[str, Sequence[float]]) -> int:
    """The fewest calls the documents leave (see above); when what changed, by its list."""
    widest = WIDEST.get(channel, math.inf)
    listed = sum(_listing(changed.get(name, ()), widest) for name in LISTS[channel])
    return listed + (sum(map(len, changed.values())) if channel in PARTIAL else 0)


def _listing(times: Sequence[float], widest: float) -> int:
    begin = min(times, default=0.0)
    rows = Counter(int((at - begin) // widest) for at in times)
    return sum(_window(rows[n]) for n in range(max(rows, default=0) + 1))


def _window(rows: int) -> int:
    pages = -(-rows // PAGE)
    return 1 if pages <= 1 else 1 + pages


def counted(channel: str, orders: int, seed: int = 1) -> tuple[Calls, Calls]:
    """A sync for which nothing changed, and one for which so many orders did."""
    with (
        tempfile.TemporaryDirectory() as folder,
        bench(
            channel, Path(folder), seed=seed, orders=orders, history=timedelta(days=1)
        ) as made,
    ):
        _synced(made)
        quiet = _asked(made, {})
        since = made.platform.clock.now()
        _change(made, since, orders)
        return quiet, _asked(made, _changed(made, since))


def _synced(made: Bench) -> None:
    for _ in range(2):
        made.platform.clock.advance(SETTLED)
        _sync(made)


def _sync(made: Bench) -> None:
    for outcome in made.hub.sync():
        if outcome.error:
            raise outcome.error


def _change(made: Bench, since: float, orders: int) -> None:
    """Until so many orders are other than they were, each at a moment of its own."""
    pause = 1800.0 / orders
    while missing := orders - sum(map(len, _changed(made, since).values())):
        for _ in range(-(-missing // 2)):
            made.platform.clock.advance(pause)
            made.platform.churn(1)


def _changed(made: Bench, since: float) -> dict[str, list[float]]:
    """When orders changed last, by the list they stand in."""
    (account,) = made.platform.accounts()
    found: dict[str, list[float]] = {}
    for told in made.platform.truth(account.external_id):
        if told.updated_at > since and not told.removed:
            found.setdefault(told.stream, []).append(told.updated_at)
    return found


def _asked(made: Bench, changed: dict[str, list[float]]) -> Calls:
    made.platform.clock.advance(SETTLED)
    before = len(made.platform.log.entries)
    _sync(made)
    channel = made.platform.channel
    asked = Counter(e.operation for e in made.platform.log.entries[before:])
    counts = {name: len(times) for name, times in changed.items()}
    return Calls(channel, counts, dict(asked), minimum(channel, changed))


def show(found: list[tuple[Calls, Calls]]) -> None:
    """The table, ratios first."""
    print(f"{'channel':14}{'ratio':>7}{'calls':>8}{'minimum':>9}{'changed':>9}  asked")
    for quiet, busy in found:
        _line(busy, f"{busy.ratio:7.2f}")
        _line(quiet, f"{'':7}")
    print(
        f"\nat most {MOST} where orders changed; the lines without a ratio are quiet syncs"
    )


def _line(calls: Calls, ratio: str) -> None:
    asked = ", ".join(f"{n} {name}" for name, n in sorted(calls.asked.items()))
    changed = sum(calls.changed.values())
    print(
        f"{calls.channel:14}{ratio}{calls.total:8,}{calls.minimum:9,}{changed:9,}  {asked}"
    )


def _told(calls: Calls) -> dict[str, object]:
    return {**asdict(calls), "calls": calls.total, "ratio": round(calls.ratio, 3)}


def measured(channels: list[str], orders: int) -> Iterator[tuple[Calls, Calls]]:
    """One channel after the other."""
    for channel in channels:
        yield counted(channel, orders)


def main() -> int:
    """Count, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changed", type=int, default=1_000)
    parser.add_argument("--channel", action="append", choices=CHANNELS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = list(measured(given.channel or list(CHANNELS), given.changed))
    if given.json:
        both = [{"quiet": _told(quiet), "changed": _told(busy)} for quiet, busy in found]
        print(json.dumps(both))
    else:
        show(found)
    return 0 if all(busy.ratio <= MOST for _, busy in found) else 1


if __name__ == "__main__":
    sys.exit(main())
