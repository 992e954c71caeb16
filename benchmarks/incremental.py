"""One per cent of a shop's orders has changed: how long `hub sync` takes, from its start.

    python -m benchmarks.incremental [--orders 100000] [--rounds 5] [--json]

A shop is pulled whole; then one in a hundred of its orders changes within three quarters of
an hour, and `hub sync` is run as a process of its own: starting Python, importing the hub,
opening the database, the calls, the commit, the end. The limits are lifted, so that it is
the program's own time. Before each round the database is put back to what it was.

Exit code 1: the median of the rounds is above 0.8 s.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.pull import folders, ran, server

JSON = dict[str, Any]
MOST_S = 0.8
PART = 100
LATE = 3_000
"""Seconds in which they change."""


def synced(folder: Path) -> JSON:
    """One `hub sync`, as a person runs it."""
    options = ["--config", str(folder / "plugins.toml")]
    options += ["--database", f"sqlite:///{folder / 'hub.db'}"]
    begin = "import sys; from hub_core.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", begin, *options, "sync", "--json"]
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, os.times()
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "said": json.loads(done.stdout),
    }


def said(url: str) -> None:
    """Tell the server something."""
    with urlopen(url) as answer:  # noqa: S310
        answer.read()


def measure(orders: int, rounds: int) -> JSON:
    """All that is printed."""
    with server(orders) as base_url, folders(base_url, "hub") as (folder,):
        said(f"{base_url}/late?{LATE}")
        ran("pull_hub", str(folder))
        kept = folder.with_name("kept")
        shutil.copytree(folder, kept)
        changed = orders // PART
        said(f"{base_url}/change?{changed}")
        runs = []
        for _ in range(rounds):
            shutil.copytree(kept, folder, dirs_exist_ok=True)
            runs.append(synced(folder))
    told = sum(one["changed"] for one in runs[0]["said"]["streams"])
    if told != changed:
        raise SystemExit(f"{told} of {changed} changed orders came")
    walls = [run["wall_s"] for run in runs]
    cpus = [run["cpu_s"] for run in runs]
    return {
        "orders": orders, "changed": changed, "wall_s": median(walls), "walls": walls,
        "cpu_s": median(cpus),
    }  # fmt: skip


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.orders, given.rounds)
    if given.json:
        print(json.dumps(found))
    else:
        print(f"{found['changed']:,} of {found['orders']:,} orders changed")
        print(
            f"hub sync, whole process  {found['wall_s']:.2f} s (at most {MOST_S})", end=""
        )
        print(f"  {found['walls']}, processor {found['cpu_s']:.2f} s")
    return 0 if found["wall_s"] <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
