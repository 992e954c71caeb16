"""The hub's pull of ever more orders: time and memory must not grow with what is there.

    python -m benchmarks.growth [--orders 10000 --orders 100000 …] [--database sqlite]
                                [--ids random] [--json]

10,000, 100,000, 300,000 and a million orders are pulled into an empty database each, as
`hub sync` does and with its limits lifted, with ids at random and with ids that grow with
the orders' time; unless told otherwise, on both databases. What is told for an order: wall
and processor time (that of PostgreSQL apart), bytes on disk with all indexes. Memory is the
process's own high-water mark, looked at from outside.

Exit code 1: the processor time of an order among the most is more than 1.15 times that
among 100,000 (or among the fewest, where there are no 100,000); or a pull held 128 MB and
more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.databases import KINDS, Server, postgresql
from benchmarks.rivals.contenders import Environments, Ground, Hub
from benchmarks.rivals.outside import run
from benchmarks.rivals.served import IDS
from benchmarks.rivals.server import server

JSON = dict[str, Any]
SIZES = (10_000, 100_000, 300_000, 1_000_000)
BASE = 100_000
MOST = {"growth": 1.15, "peak_mb": 128.0}


def pulled(orders: int, ids: str, folder: Path, pg: Server | None) -> JSON:
    """One pull into an empty database."""
    url = pg.fresh("growth") if pg else f"sqlite:///{folder / 'hub.db'}"
    hub = Hub()
    with server(orders, ids) as base_url:
        at = Ground(base_url, folder, url, Environments(folder))
        hub.prepare(at)
        used = run(hub.full(at), pg.pid if pg else None)
    size = _bytes(url) if pg else sum(p.stat().st_size for p in folder.glob("hub.db*"))
    return used | {
        "orders": orders, "ids": ids,
        "wall_us": round(used["wall_s"] / orders * 1e6, 1),
        "cpu_us": round(used["cpu_s"] / orders * 1e6, 1),
        "database_cpu_us": round(used["database_cpu_s"] / orders * 1e6, 1),
        "bytes": round(size / orders),
    }  # fmt: skip


def _bytes(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def measure(sizes: Sequence[int], kinds: Sequence[str], ids: Sequence[str]) -> JSON:
    """All that is printed: pulls by database, from the smallest on."""
    return {kind: list(_pulls(kind, sizes, ids)) for kind in kinds}


def _pulls(kind: str, sizes: Sequence[int], ids: Sequence[str]) -> Iterator[JSON]:
    for which in ids:
        for orders in sorted(sizes):
            with tempfile.TemporaryDirectory(prefix="channel-hub-pg-") as parent:
                folder = Path(parent, "hub")
                folder.mkdir()
                if kind == "sqlite":
                    yield pulled(orders, which, folder, None)
                    continue
                with postgresql(Path(parent, "data")) as pg:
                    yield pulled(orders, which, folder, pg)


def growth(pulls: Sequence[JSON], ids: str) -> float:
    """How much more of the processor an order takes among the most."""
    of: dict[int, float] = {
        one["orders"]: one["cpu_us"] for one in pulls if one["ids"] == ids
    }
    base = of.get(BASE, of[min(of)])
    return round(of[max(of)] / base, 2)


def kept(found: JSON) -> Iterator[tuple[str, bool]]:
    """What is bound, and whether it holds."""
    for kind, pulls in found.items():
        for ids in dict.fromkeys(one["ids"] for one in pulls):
            more = growth(pulls, ids)
            yield f"{kind}, ids {ids}: an order takes {more} times", more <= MOST["growth"]
        peak = max(one["peak_mb"] for one in pulls)
        yield f"{kind}: at most {peak:.0f} MB", peak < MOST["peak_mb"]


def show(found: JSON) -> None:
    """The figures for people."""
    names = ("wall_us", "cpu_us", "database_cpu_us", "peak_mb", "bytes")
    heads = ("wall µs", "cpu µs", "db cpu µs", "peak MB", "bytes")
    print(f"{'':12}{'ids':9}{'orders':>10}" + "".join(f"{head:>11}" for head in heads))
    for kind, pulls in found.items():
        for one in pulls:
            said = "".join(f"{one[name]:11,.0f}" for name in names)
            print(f"{kind:12}{one['ids']:9}{one['orders']:10,}{said}")
    for said, holds in kept(found):
        print(f"{'kept' if holds else 'BROKEN'}: {said}")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, action="append")
    parser.add_argument("--database", action="append", choices=KINDS)
    parser.add_argument("--ids", action="append", choices=IDS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.orders or SIZES, given.database or KINDS, given.ids or IDS)
    print(json.dumps(found)) if given.json else show(found)
    return 0 if all(holds for _, holds in kept(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
