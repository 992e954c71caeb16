"""The hub beside what teams would use instead, in one run and from one server.

    python -m benchmarks.rivals [--orders 100000] [--rounds 3] [--database sqlite]
                                [--only NAME] [--ids random] [--cache FOLDER] [--json]

The floor (see `benchmarks.pull_floor`), the hub, a bulk script, dlt, and a Singer tap and
target each read all orders into an empty database of their own; then one in a hundred
changes, and each is run again. They take turns for so many rounds. Everything is measured
from outside: the start and end of processes is in it, and so are all processes of a
contender. Afterwards what each has stored is compared with what the server has: rows and
sums of money, by table.

What is not ours is installed from PyPI into environments in the cache folder, once.
Both databases without `--database`.

Exit code 1: what somebody stored is not what the server has; or the hub took more than
1.5 times the floor's time, or as long as the bulk script, or more than a quarter of dlt's
or Singer's; or 128 MB and more; or more than 0.8 s for the changes. Medians of the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.databases import KINDS, Server, cache, postgresql
from benchmarks.rivals.contenders import (
    RIVALS,
    Contender,
    Environments,
    Ground,
    Hub,
    NotInstalled,
    stored,
)
from benchmarks.rivals.floor import Floor
from benchmarks.rivals.outside import Failed, run
from benchmarks.rivals.served import IDS
from benchmarks.rivals.server import asked, server

JSON = dict[str, Any]
SHARE = 100
"""One order in so many changes."""
TIMES = {"floor": 1.5, "script": 1.0, "dlt": 0.25, "singer": 0.25}
"""The most of each one's time that the hub may take."""
MOST = {"peak_mb": 128.0, "incremental_s": 0.8}
RUNS = ("full", "incremental")


class Round:
    """All contenders, one after the other, on one server."""

    def __init__(
        self, base_url: str, parent: Path, environments: Environments, pg: Server | None
    ) -> None:
        self._base_url, self._parent, self._pg = base_url, parent, pg
        self._environments = environments
        self._grounds: dict[str, Ground] = {}

    def play(self, contenders: Sequence[Contender], changed: int) -> JSON:
        """Figures by contender; `refused` by those that could not take part."""
        found: JSON = {}
        for one in contenders:
            found[one.name] = self._full(one)
        asked(self._base_url, f"change?count={changed}")
        truth = asked(self._base_url, "truth")
        for one in contenders:
            told = found[one.name]
            if "refused" in told or isinstance(one, Floor):
                continue
            told["incremental"] = self._measured(one, "incremental")
            told["stored"] = stored(one, self._grounds[one.name].url)
            told["differs"] = {
                name: {"stored": has, "server": truth[name]}
                for name, has in told["stored"].items()
                if has != truth[name]
            }
            told["equal"] = not told["differs"]
            told["leaves_out"] = sorted(set(truth) - set(told["stored"]))
        return found

    def _full(self, one: Contender) -> JSON:
        try:
            at = self._grounds[one.name] = self._ground(one.name)
            one.prepare(at)
        except NotInstalled as error:
            return {"refused": str(error)}
        return {"full": self._measured(one, "full")}

    def _measured(self, one: Contender, which: str) -> JSON:
        at = self._grounds[one.name]
        command = one.full(at) if which == "full" else one.incremental(at)
        asked(self._base_url, "asked")
        figures = run(command, self._pg.pid if self._pg else None)
        targets = asked(self._base_url, "asked")
        if isinstance(one, Hub) and which == "full":
            Floor.targets = targets
        return figures | {"pages": len(targets)}

    def _ground(self, name: str) -> Ground:
        folder = self._parent / name
        folder.mkdir()
        url = f"sqlite:///{folder / 'hub.db'}"
        if self._pg is not None:
            url = self._pg.fresh(f"rivals_{name}")
        return Ground(self._base_url, folder, url, self._environments)


def measure(
    orders: int, rounds: int, kinds: Sequence[str], folder: Path, ids: str = "random",
    only: Sequence[str] = (),
) -> JSON:  # fmt: skip
    """All that is printed."""
    found: JSON = {"orders": orders, "rounds": rounds, "ids": ids}
    for kind in kinds:
        with _database(kind) as pg:
            each = [_one_round(orders, ids, folder, pg, only) for _ in range(rounds)]
        found[kind] = summed(each)
    return found | {"load": [round(x, 2) for x in os.getloadavg()]}


@contextlib.contextmanager
def _database(kind: str) -> Iterator[Server | None]:
    if kind == "sqlite":
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix="channel-hub-pg-") as parent,
        postgresql(Path(parent, "data")) as pg,
    ):
        yield pg


def _one_round(
    orders: int, ids: str, folder: Path, pg: Server | None, only: Sequence[str]
) -> JSON:
    playing = [one for one in RIVALS if not only or one.name in only]
    hub = [n for n, one in enumerate(playing) if isinstance(one, Hub)]
    if hub and (not only or "floor" in only):
        playing.insert(hub[0] + 1, Floor())  # it reads the pages the hub asked for
    with (
        tempfile.TemporaryDirectory(prefix="channel-hub-rivals-") as parent,
        server(orders, ids) as base_url,
    ):
        at = Round(base_url, Path(parent), Environments(folder / "environments"), pg)
        return at.play(playing, max(1, orders // SHARE))


def summed(rounds: Sequence[JSON]) -> JSON:
    """Medians by contender, and the hub's part of each one's time."""
    found: JSON = {}
    for name, first in rounds[0].items():
        if "refused" in first:
            found[name] = first
            continue
        found[name] = {k: v for k, v in first.items() if k not in RUNS}
        for which in RUNS:
            runs = [one[name][which] for one in rounds if which in one[name]]
            if runs:
                found[name][which] = {k: median(r[k] for r in runs) for k in runs[0]}
        found[name]["equal"] = all(one[name].get("equal", True) for one in rounds)
    return found | {"ratios": _ratios(found)}


def _ratios(found: JSON) -> JSON:
    hub = found.get("hub")
    if hub is None:
        return {}
    return {
        name: {
            which: round(hub[which]["wall_s"] / told[which]["wall_s"], 3)
            for which in RUNS
            if which in told
        }
        for name, told in found.items()
        if name != "hub" and "refused" not in told
    }


def kept(of: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What is bound on one database, and whether it holds."""
    for name, ratios in of["ratios"].items():
        yield f"hub : {name} at most {TIMES[name]}", ratios["full"] <= TIMES[name]
    if "hub" in of:
        peak = max(of["hub"][which]["peak_mb"] for which in RUNS)
        yield f"hub's memory below {MOST['peak_mb']:.0f} MB", peak < MOST["peak_mb"]
        late = of["hub"]["incremental"]["wall_s"]
        yield f"changes in {MOST['incremental_s']} s", late <= MOST["incremental_s"]
    for name, told in of.items():
        if name != "ratios" and "refused" not in told:
            yield f"{name} stored what the server has", told["equal"]


def show(found: JSON) -> None:
    """The figures for people: ratios first."""
    print(f"{found['orders']:,} orders, ids {found['ids']}, {found['rounds']} rounds\n")
    for kind in KINDS:
        if kind in found:
            _show(kind, found[kind], found["orders"])
    print(f"load of the machine at the end: {found['load']}")


def _show(kind: str, of: JSON, orders: int) -> None:
    print(f"{kind}: hub's part of the time of")
    for name, ratios in of["ratios"].items():
        said = ", ".join(f"{which} {ratio:.2f}" for which, ratio in ratios.items())
        print(f"  {name:10}{said}")
    print(f"\n{'':22}{'wall s':>8}{'cpu s':>8}{'db cpu s':>10}{'peak MB':>9}{'pages':>7}"
          f"{'orders/s':>10}")  # fmt: skip
    for name, told in of.items():
        if name == "ratios":
            continue
        if "refused" in told:
            print(f"  {name:10}takes no part: {told['refused']}")
            continue
        for which in RUNS:
            if which in told:
                _line(name, which, told[which], orders if which == "full" else None)
        if differs := told.get("differs"):
            print(f"  {'':10}differs: {differs}")
        if left := told.get("leaves_out"):
            print(f"  {'':10}leaves out: {', '.join(left)}")
    print()
    for said, holds in kept(of):
        print(f"  {'kept' if holds else 'BROKEN'}: {said}")
    print()


def _line(name: str, which: str, run: JSON, orders: int | None) -> None:
    speed = f"{orders / run['wall_s']:10,.0f}" if orders else ""
    print(
        f"  {name:8}{which:12}{run['wall_s']:8.2f}{run['cpu_s']:8.2f}"
        f"{run['database_cpu_s']:10.2f}{run['peak_mb']:9.0f}{run['pages']:7.0f}{speed}"
    )


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", action="append", choices=KINDS)
    parser.add_argument("--only", action="append", help="hub, floor, script, dlt, singer")
    parser.add_argument("--ids", choices=IDS, default="random")
    parser.add_argument("--cache", type=Path, default=cache())
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = given.database or KINDS
    try:
        found = measure(
            given.orders, given.rounds, kinds, given.cache, given.ids, given.only or ()
        )
    except Failed as error:
        raise SystemExit(str(error)) from error
    print(json.dumps(found)) if given.json else show(found)
    return 0 if all(holds for kind in kinds for _, holds in kept(found[kind])) else 1


if __name__ == "__main__":
    sys.exit(main())
