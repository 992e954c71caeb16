"""An ERP counts its items anew, and every listing of them on four channels follows.

    python -m benchmarks.fan_out [--skus 1000] [--listings 2] [--database sqlite] [--json]

Boxes of the four channels have as many shops as it takes for every item to be sold in so
many listings of each channel. Levels are set as the ERP sets them, one by one; then every
shop is pushed as `hub stock push` does, eight at a time, the hub's and the boxes' limits
lifted. It ends when all boxes show every listing's new level. A second push, for which
nothing has changed, follows. The boxes answer in this process: their time is in it.

The fewest calls the documents leave: one for each SKU on JD and 拼多多, whose calls set
one. Two on 抖音来客, whose number counts what is sold and frozen, which has to be seen just
before (its `stock_qty`). Two on Taobao for each 20 SKUs of an item, as a Tmall shop's
answer tells nothing of the level: it is read back (tmall.item.quantity.update).

Exit code 1: a box has another level than the ERP; or a channel was called more often than
the documents ask; or the second push called anybody.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.databases import KINDS, Server, postgresql
from hub_core.store.shops import Shop
from hub_core.store.stock import ListedSku
from tests.harness import Bench, bench

JSON = dict[str, Any]
SOLD = {"douyin-laike": 3, "taobao": 11, "jd": 10, "pinduoduo": 9}
"""Listings of a box's shop that take a level, at the least."""
AT_ONCE = {"taobao": 20}
"""SKUs of one product that one call sets; one, where nothing is said."""
TWICE = {"douyin-laike", "taobao"}
"""Where the product has to be looked at, too."""
ALONE = {"douyin-laike"}
"""Whose call cannot name one of several SKUs of a product."""
THREADS = 8
LEVEL = 11_000
"""Above what listings have: a promotion would refuse less."""


class Channel:
    """One channel's hub and box."""

    def __init__(self, made: Bench, skus: int, listings: int) -> None:
        self.made, self.hub = made, made.hub
        self.bound: dict[int, dict[str, str]] = {}
        """By shop: the item each SKU is bound to."""
        self.products: dict[int, dict[str, str]] = {}
        self._bind(skus, skus * listings)

    def _bind(self, skus: int, wanted: int) -> None:
        for shop in self.hub.shops():
            for sku in self._sold(shop)[: wanted - self.listings]:
                item = f"ITEM-{self.listings % skus}"
                self.hub.desks.bind(shop, sku.sku_external_id, [(item, 1)])
                self.bound.setdefault(shop.id, {})[sku.sku_external_id] = item
                of = self.products.setdefault(shop.id, {})
                of[sku.sku_external_id] = sku.product_external_id
        if self.listings < wanted:
            raise SystemExit(f"{self.made.platform.channel}: {self.listings} listings only")

    def _sold(self, shop: Shop) -> list[ListedSku]:
        listed = self.hub.desks.listed(shop)
        sold = [s for s in listed if s.status == "on_sale" and s.available is not None]
        if self.made.platform.channel not in ALONE:
            return sold
        of = Counter(s.product_external_id for s in listed)
        return [s for s in sold if of[s.product_external_id] == 1]

    @property
    def listings(self) -> int:
        """How many are bound."""
        return sum(map(len, self.bound.values()))

    @property
    def minimum(self) -> int:
        """The fewest calls that set all of them."""
        channel = self.made.platform.channel
        most, looks = AT_ONCE.get(channel, 1), 2 if channel in TWICE else 1
        each = [Counter(of.values()).values() for of in self.products.values()]
        return looks * sum(-(-count // most) for counts in each for count in counts)

    def set(self, levels: dict[str, int], key: str) -> None:
        """As the ERP tells it, one by one."""
        for code, level in levels.items():
            self.hub.desks.set_stock(code, level, key=f"{key}-{code}")

    def push(self) -> tuple[dict[str, int], list[str]]:
        """All shops; calls by operation, and what went wrong."""
        log = self.made.platform.log.entries
        before = len(log)
        shops = [shop for shop in self.hub.shops() if shop.id in self.bound]
        with ThreadPoolExecutor(THREADS) as threads:
            pushed = list(threads.map(self.hub.desks.push_stock, shops))
        wrong = [str(p.error) for p in pushed if p.error]
        wrong += [problem for p in pushed for problem in p.problems]
        return dict(Counter(entry.operation for entry in log[before:])), wrong

    def differing(self, levels: dict[str, int]) -> list[str]:
        """SKUs of which the box has another level than the ERP."""
        found = []
        for shop in self.hub.shops():
            has: JSON = {}
            for record in self.made.platform.records(shop.external_id, "product"):
                has |= record.facts
            for sku, item in self.bound.get(shop.id, {}).items():
                if has.get(f"available:{sku}") != levels[item]:
                    found.append(sku)
        return found


@contextmanager
def opened(
    channel: str, folder: Path, url: str, skus: int, listings: int
) -> Iterator[Channel]:
    """A hub that has read what is listed, and its box; every item set once and bound."""
    shops = -(-skus * listings // SOLD[channel])
    made = bench(
        channel, folder, seed=1, orders=0, shops=shops, database=url, kinds=("products",)
    )
    with made as joined:
        if wrong := [o.error for o in joined.hub.sync(streams=("products",)) if o.error]:
            raise wrong[0]
        yield Channel(joined, skus, listings)


def fanned(at: Channel, skus: int) -> JSON:
    """One channel's figures."""
    levels = {f"ITEM-{n}": LEVEL + n for n in range(skus)}
    began, cpu = time.perf_counter(), time.process_time()
    at.set(levels, "count")
    told = time.perf_counter()
    calls, wrong = at.push()
    ended = time.perf_counter()
    quiet, _ = at.push()
    total = sum(calls.values())
    return {
        "listings": at.listings, "shops": len(at.bound),
        "set_s": round(told - began, 2), "push_s": round(ended - told, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "calls": calls, "minimum": at.minimum, "ratio": round(total / at.minimum, 3),
        "quiet": quiet, "differing": len(at.differing(levels)), "wrong": wrong[:5],
    }  # fmt: skip


def measure(skus: int, listings: int, kinds: tuple[str, ...]) -> JSON:
    """All that is printed."""
    found: JSON = {"skus": skus, "listings": listings}
    for kind in kinds:
        found[kind] = {}
        for channel in SOLD:
            with ExitStack() as stack:
                parent = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                url = f"sqlite:///{parent / 'hub.db'}"
                if kind == "postgresql":
                    pg: Server = stack.enter_context(postgresql(parent / "data"))
                    url = pg.fresh("fan_out")
                at = stack.enter_context(opened(channel, parent, url, skus, listings))
                found[kind][channel] = fanned(at, skus)
    return found


def each(found: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Database, channel, figures."""
    for kind in KINDS:
        for channel, figures in found.get(kind, {}).items():
            yield kind, channel, figures


def kept(figures: JSON) -> bool:
    """Whether what is bound holds."""
    exact = not figures["differing"] and not figures["wrong"] and not figures["quiet"]
    return exact and figures["ratio"] <= 1.0


def show(found: JSON) -> None:
    """The figures for people."""
    print(f"{found['skus']:,} items, {found['listings']} listings of each on a channel\n")
    heads = ("shops", "listings", "set s", "push s", "cpu s", "calls", "minimum", "ratio")
    print(f"{'':26}" + "".join(f"{head:>9}" for head in heads))
    for kind, channel, of in each(found):
        total = sum(of["calls"].values())
        print(
            f"{kind:12}{channel:14}{of['shops']:9}{of['listings']:9,}{of['set_s']:9.1f}"
            f"{of['push_s']:9.1f}{of['cpu_s']:9.1f}{total:9,}{of['minimum']:9,}"
            f"{of['ratio']:9.2f}{'' if kept(of) else '  BROKEN'}"
        )
        if not kept(of):
            print(f"    {of['calls']}, differing {of['differing']}, {of['quiet']}")
            print(f"    {of['wrong']}")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skus", type=int, default=1_000)
    parser.add_argument("--listings", type=int, default=2)
    parser.add_argument("--database", action="append", choices=KINDS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.skus, given.listings, tuple(given.database or KINDS))
    print(json.dumps(found)) if given.json else show(found)
    return 0 if all(kept(figures) for _, _, figures in each(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
