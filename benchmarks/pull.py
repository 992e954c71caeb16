"""From socket to commit: the hub's pull beside its floor, in one run.

    python -m benchmarks.pull [--orders 100000] [--rounds 3] [--database KIND] [--json]

A child process serves 来客 pages serialised beforehand. Hub and floor run in turn, each in
a process of its own, over a database of its own with the hub's tables; the floor reads the
very pages the hub asked for. After each round the two databases are compared row by row.
One more run of the hub, not timed, is sampled for where its time goes.

What the floor does and leaves out is said in `benchmarks.pull_floor`. Exit code 1: the
hub took more than 1.5 times the floor's time (median of the rounds), or 128 MB and more.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.databases import KINDS, Server, postgresql
from benchmarks.laike_server import DAYS
from benchmarks.pull_check import differences
from benchmarks.pull_columns import database
from benchmarks.pull_hub import make

JSON = dict[str, Any]
ROOT = Path(__file__).parents[1]
MOST = {"ratio": 1.5, "peak_mb": 128.0}
FIGURES = ("wall_s", "cpu_s", "peak_mb")


@contextlib.contextmanager
def server(orders: int, latency: float = 0.0, days: int = DAYS) -> Iterator[str]:
    """The address of a server with that many orders, in a process of its own."""
    of = (str(orders), str(latency), str(days))
    command = [sys.executable, "-m", "benchmarks.laike_server", *of]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        try:
            yield f"http://127.0.0.1:{child.stdout.readline().strip()}"
        finally:
            child.kill()


def ran(module: str, *arguments: str) -> JSON:
    """What a process of its own measured of itself."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: JSON = json.loads(done.stdout)
    return figures


def asked(base_url: str, what: str = "asked") -> list[Any]:
    """The pages asked for since this was last asked; or when they `arrived`."""
    with urlopen(f"{base_url}/{what}") as answer:  # noqa: S310
        told: list[Any] = json.load(answer)
    return told


@contextlib.contextmanager
def folders(
    base_url: str,
    *names: str,
    quota: int | None = None,
    server: Server | None = None,
    days: int = DAYS,
) -> Iterator[list[Path]]:
    """A fresh hub's folder for each name, gone afterwards. Its limits: so many order
    queries a second, or none. Its database: one of the server's, or a file of SQLite."""
    with tempfile.TemporaryDirectory() as parent:
        made = [Path(parent, name) for name in names]
        for folder in made:
            folder.mkdir()
            if server:
                (folder / "database").write_text(server.fresh(folder.name))
            make(base_url, folder, days + 1, quota=quota)
        yield made


def one_round(base_url: str, server: Server | None) -> dict[str, JSON]:
    """The hub, then the floor with the hub's list of pages; both databases compared."""
    with folders(base_url, "hub", "floor", server=server) as (of_hub, of_floor):
        hub = ran("pull_hub", str(of_hub))
        targets = asked(base_url)
        (of_floor / "asked.json").write_text(json.dumps(targets))
        floor = ran("pull_floor", base_url, str(of_floor))
        if asked(base_url) != targets:
            raise SystemExit("the floor read other pages than the hub")
        if differ := differences(database(of_hub), database(of_floor)):
            raise SystemExit(f"hub and floor stored different rows: {differ}")
    return {side: run | {"pages": len(targets)} for side, run in
            (("hub", hub), ("floor", floor))}  # fmt: skip


def sampled(base_url: str, server: Server | None) -> JSON:
    """Shares of the hub's time, by part."""
    with folders(base_url, "sampled", server=server) as (folder,):
        parts: JSON = ran("pull_hub", str(folder), "--parts")["parts"]
    return parts


@contextlib.contextmanager
def _databases(kind: str) -> Iterator[Server | None]:
    """A PostgreSQL of its own, gone afterwards; None for SQLite, which needs none."""
    if kind == "sqlite":
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder)) as made:
        yield made


def measure(orders: int, rounds: int, kind: str = "sqlite") -> JSON:
    """All that is printed."""
    with server(orders) as base_url, _databases(kind) as into:
        found = [one_round(base_url, into) for _ in range(rounds)]
        parts = sampled(base_url, into)
    sides = {side: [one[side] for one in found] for side in ("hub", "floor")}
    if any(run["orders"] != orders for runs in sides.values() for run in runs):
        raise SystemExit("orders are missing")
    ratios = {k: [_part(one, k) for one in found] for k in FIGURES}
    return {
        "orders": orders,
        "rounds": rounds,
        "database": kind,
        "ratio": median(ratios["wall_s"]),
        "ratio_of_least": round(_least(sides["hub"]) / _least(sides["floor"]), 2),
        "ratios": ratios,
        "peak_mb": max(run["peak_mb"] for run in sides["hub"]),
        "parts": parts,
        "load": [round(x, 2) for x in os.getloadavg()],
        **sides,
    }


def _part(one: dict[str, JSON], figure: str) -> float:
    hub, floor = float(one["hub"][figure]), float(one["floor"][figure])
    return round(hub / floor, 2)


def _least(runs: list[JSON]) -> float:
    return float(min(run["wall_s"] for run in runs))


def show(found: JSON) -> None:
    """The figures for people: ratios first."""
    ratios = found["ratios"]
    print(
        f"{found['orders']:,} orders, {found['rounds']} rounds, hub and floor in turn,",
        end="",
    )
    print(f" {found['database']}\n")
    print(f"hub : floor, time       {found['ratio']:.2f}   (at most {MOST['ratio']})")
    print(f"  of the least of each  {found['ratio_of_least']:.2f}")
    print(f"  by round              {ratios['wall_s']}, processor {ratios['cpu_s']}")
    print(
        f"hub's peak memory       {found['peak_mb']:.0f} MB (below {MOST['peak_mb']:.0f})"
    )
    print(f"\n{'':8}{'least s':>9}{'median s':>9}{'cpu s':>8}{'µs/order':>10}", end="")
    print(f"{'peak MB':>9}{'pages':>7}")
    for side in ("hub", "floor"):
        _show_side(side, found[side], found["orders"])
    print("\nwhere the hub's time goes (sampled, another run)")
    for name, share in found["parts"].items():
        print(f"  {name:26}{share:6.1%}")
    print(f"\nload of the machine at the end: {found['load']}; rows of both: equal")


def _show_side(side: str, runs: list[JSON], orders: int) -> None:
    middle = {f: median(run[f] for run in runs) for f in (*FIGURES, "pages")}
    each = middle["wall_s"] / orders * 1e6
    print(
        f"{side:8}{_least(runs):9.2f}{middle['wall_s']:9.2f}{middle['cpu_s']:8.2f}"
        f"{each:10.0f}{middle['peak_mb']:9.0f}{middle['pages']:7.0f}"
    )


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.orders, given.rounds, given.database)
    print(json.dumps(found)) if given.json else show(found)
    kept = found["ratio"] <= MOST["ratio"] and found["peak_mb"] < MOST["peak_mb"]
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
