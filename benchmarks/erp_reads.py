"""List pages of 100 orders at random depths of a million, through the hub's public doors.

    python -m benchmarks.erp_reads [--orders 1000000] [--pages 400] [--database sqlite]
                                   [--cache FOLDER] [--json]

The store is `benchmarks.erp_store`'s, made once and kept in the cache folder. `api` is
`GET /v1/orders` of the hub's own app, in this process and without a socket: the key is
checked and audited as ever, lines, vouchers and masked receivers are in the answer, which
comes as bytes. `hub` is `hub.orders`, which gives rows without what stands under them.
Depths are moments between the first order and the last, drawn anew for each page, each
page's cursor having been had from the page before. Both databases without `--database`.

Exit code 1: of some question the 99th of 100 pages took 30 ms or more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.databases import KINDS, cache
from benchmarks.erp_store import BEGIN, DAYS, KEY, PLACE_IDS, stored
from hub_core.access import Grants, Keys
from hub_core.api import create
from hub_core.api.cursors import written
from hub_core.client import httpx
from hub_core.hub import Hub
from hub_core.settings import Settings
from hub_core.store.reads import OrderFilter

JSON = dict[str, Any]
MOST_MS = 30.0
FIGURES = ("p50", "p99", "most", "cpu_p50", "cpu_p99")
WARM = 30
"""Pages read beforehand."""
ERP = "benchmark"
Ask = Callable[[random.Random], JSON]


def depth(rng: random.Random) -> datetime:
    """A moment at which orders were being stored."""
    return BEGIN + timedelta(days=DAYS) * rng.random()


def _shop(rng: random.Random) -> str:
    return f"shop-{rng.randrange(48):02}"


def _place(rng: random.Random) -> str:
    return rng.choice(PLACE_IDS)


def _cursor(rng: random.Random) -> JSON:
    return {"cursor": written((depth(rng), 0))}


STATUS = ("open", "completed", "cancelled", "unknown")
API: dict[str, Ask] = {
    "cursor": _cursor,
    "cursor, newest first": lambda rng: _cursor(rng) | {"sort": "-updated_at"},
    "cursor, by creation": lambda rng: _cursor(rng) | {"sort": "created_at"},
    "updated_since": lambda rng: {"updated_since": depth(rng).isoformat()},
    "shop": lambda rng: _cursor(rng) | {"shop": _shop(rng)},
    "a channel's shops": lambda rng: _cursor(rng) | {"channel": "douyin-laike"},
    "status": lambda rng: _cursor(rng) | {"status": rng.choice(STATUS)},
    "shop, status": lambda rng: (
        _cursor(rng) | {"shop": _shop(rng), "status": rng.choice(STATUS)}
    ),
    "place": lambda rng: _cursor(rng) | {"place_external_id": _place(rng)},
}
EMBEDDED: dict[str, Callable[[random.Random], OrderFilter]] = {
    "created before": lambda rng: OrderFilter(created_until=depth(rng)),
    "shop": lambda rng: OrderFilter(shop=_shop(rng), created_until=depth(rng)),
    "status open": lambda rng: OrderFilter(status="open"),
    "place": lambda rng: OrderFilter(place=_place(rng)),
}


class Took(NamedTuple):
    """Milliseconds; the second: of this process's processor time."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Took:
        """On both clocks."""
        return cls(time.perf_counter() * 1e3, time.process_time() * 1e3)

    def since(self) -> Took:
        """From then to now."""
        now = Took.now()
        return Took(now.wall - self.wall, now.cpu - self.cpu)


class Door:
    """Both doors of one hub."""

    def __init__(self, url: str) -> None:
        self.hub = Hub.open(database=url, key=KEY, settings=Settings.of({}))
        keys, grants = Keys(self.hub.store), Grants(self.hub.store)
        there = [key.person for key in keys.listing()]
        key = keys.create(ERP, "reads", actor=ERP, new=None if ERP in there else "system")
        grants.grant(ERP, "developer", actor=ERP, everywhere=True)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create(self.hub, keys)),
            base_url="http://hub/v1",
            headers={"Authorization": f"Bearer {key.text}"},
        )

    async def api(self, asked: JSON) -> Took:
        """A page over the API."""
        began = Took.now()
        answer = await self.client.get("/orders", params=asked)
        took = began.since()
        answer.raise_for_status()
        return took

    def embedded(self, wanted: OrderFilter) -> Took:
        """A page of `hub.orders`."""
        began = Took.now()
        self.hub.orders(wanted, limit=100)
        return began.since()


async def timed(url: str, pages: int, seed: int = 3) -> JSON:
    """By door and question: p50, p99 and the most."""
    door, rng, warm = Door(url), random.Random(seed), min(WARM, pages)
    found: JSON = {}
    for ask in API.values():
        await door.api(ask(rng))
    gc.freeze()  # as the hub's commands do: see hub_core.cli.opening
    gc.set_threshold(50_000, 20, 20)
    for name, ask in API.items():
        took = [await door.api(ask(rng)) for _ in range(warm + pages)]
        found[f"api: {name}"] = _figures(took[warm:])
    for name, wanted in EMBEDDED.items():
        took = [door.embedded(wanted(rng)) for _ in range(warm + pages)]
        found[f"hub: {name}"] = _figures(took[warm:])
    door.hub.close()
    return found


def _figures(took: list[Took]) -> JSON:
    wall, cpu = sorted(t.wall for t in took), sorted(t.cpu for t in took)
    middle, late = int(len(took) * 0.5), int(len(took) * 0.99)
    found = {"p50": wall[middle], "p99": wall[late], "most": wall[-1]}
    found |= {"cpu_p50": cpu[middle], "cpu_p99": cpu[late]}
    return {name: round(ms, 2) for name, ms in found.items()}


def measure(orders: int, pages: int, kinds: tuple[str, ...], folder: Path) -> JSON:
    """All that is printed."""
    found: JSON = {"orders": orders, "pages": pages}
    for kind in kinds:
        with stored(orders, kind, folder) as url:
            found[kind] = asyncio.run(timed(url, pages))
    return found


def each(found: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Database, question, figures."""
    for kind in KINDS:
        for name, figures in found.get(kind, {}).items():
            yield kind, name, figures


def show(found: JSON) -> None:
    """The figures for people."""
    print(f"pages of 100 of {found['orders']:,} orders, {found['pages']} of each; ms\n")
    print(f"{'':12}{'':28}" + "".join(f"{name:>9}" for name in FIGURES))
    for kind, name, figures in each(found):
        said = "".join(f"{figures[name]:9.1f}" for name in FIGURES)
        print(f"{kind:12}{name:28}{said}")
    print(f"\np99 below {MOST_MS:.0f} ms is what is bound")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--database", action="append", choices=KINDS)
    parser.add_argument("--cache", type=Path, default=cache())
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = tuple(given.database or KINDS)
    found = measure(given.orders, given.pages, kinds, given.cache)
    print(json.dumps(found)) if given.json else show(found)
    return 0 if all(f["p99"] < MOST_MS for _, _, f in each(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
