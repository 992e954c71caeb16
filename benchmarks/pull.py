"""From socket to commit: the hub's pull beside its floor, in one run.

    python -m benchmarks.pull [ORDERS] [--rounds N] [--json]

A child process serves 来客 pages serialised beforehand. Hub and floor run in turn, each in
a process of its own, over a database of its own; the floor reads the very pages the hub
asked for. At the end the two databases are compared row by row.
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

from benchmarks.laike_server import DAYS
from benchmarks.pull_check import differences
from benchmarks.pull_hub import add_shop, open_hub

JSON = dict[str, Any]
ROOT = Path(__file__).parents[1]
MOST = {"ratio": 2.0, "peak_mb": 256.0}


@contextlib.contextmanager
def server(orders: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.laike_server", str(orders)]
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


def asked(base_url: str) -> list[str]:
    """The pages asked for since this was last asked."""
    with urlopen(f"{base_url}/asked") as answer:  # noqa: S310
        targets: list[str] = json.load(answer)
    return targets


def one_round(base_url: str, folder: Path) -> tuple[JSON, JSON]:
    """The hub, then the floor with the hub's list of pages; both databases compared."""
    hub_db, floor_db = folder / "hub.db", folder / "floor.db"
    for path in (hub_db, floor_db):
        with open_hub(base_url, f"sqlite:///{path}", folder) as hub:
            add_shop(hub, DAYS + 1)
    hub_ran = ran("pull_hub", base_url, f"sqlite:///{hub_db}", str(folder))
    targets = folder / "asked.json"
    targets.write_text(json.dumps(asked(base_url)))
    floor_ran = ran("pull_floor", base_url, str(floor_db), str(targets))
    asked(base_url)
    hub_ran["pages"] = floor_ran["pages"] = len(json.loads(targets.read_text()))
    if differ := differences(hub_db, floor_db):
        raise SystemExit(f"hub and floor differ: {differ}")
    return hub_ran, floor_ran


def middle(runs: list[JSON]) -> JSON:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def measure(orders: int, rounds: int) -> JSON:
    found = []
    with server(orders) as base_url:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                found.append(one_round(base_url, Path(folder)))
    hub, floor = (middle(list(side)) for side in zip(*found, strict=True))
    ratios = {k: [round(h[k] / f[k], 2) for h, f in found] for k in ("wall_s", "cpu_s")}
    return {
        "orders": orders,
        "rounds": rounds,
        "hub": hub,
        "floor": floor,
        "ratio_wall": median(ratios["wall_s"]),
        "ratio_cpu": median(ratios["cpu_s"]),
        "ratios": ratios,
        "load": [round(x, 2) for x in os.getloadavg()],
    }


def show(found: JSON) -> None:
    print(f"{found['orders']:,} orders, {found['rounds']} rounds in turn, medians")
    print(f"{'':8}{'wall s':>9}{'cpu s':>9}{'µs/order':>10}{'peak MB':>9}{'pages':>7}")
    for side in ("hub", "floor"):
        f = found[side]
        each = f["wall_s"] / f["orders"] * 1e6
        print(
            f"{side:8}{f['wall_s']:9.2f}{f['cpu_s']:9.2f}{each:10.0f}"
            f"{f['peak_mb']:9.0f}{f['pages']:7.0f}"
        )
    wall, cpu = found["ratio_wall"], found["ratio_cpu"]
    print(f"hub : floor  {wall:.2f} wall (at most {MOST['ratio']}), {cpu:.2f} processor")
    print(f"rounds: wall {found['ratios']['wall_s']}, processor {found['ratios']['cpu_s']}")
    print(f"load of the machine at the end: {found['load']}; rows compared: equal")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.orders, given.rounds)
    print(json.dumps(found)) if given.json else show(found)
    kept = found["ratio_wall"] <= MOST["ratio"]
    return 0 if kept and found["hub"]["peak_mb"] < MOST["peak_mb"] else 1


if __name__ == "__main__":
    sys.exit(main())
