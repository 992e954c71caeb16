"""Pushes taken in and acknowledged once they are on disk: the hub beside what it could be.

    python -m benchmarks.pushes [--seconds 4] [--rounds 3] [--json]

The hub's receiver (signature, strict reading, dedupe, sealing, group commit), one written
by hand that checks the signature and commits every event once, and two that check nothing,
with a commit for every event and with group commit; what they do is said in
`benchmarks.pushes_served`. They take turns, each a process of its own over an empty SQLite
file. A sender in a process of its own pushes over 50 connections, as fast as it is answered
and then 300 a second. `serve` is the whole of `hub serve`, which works off what comes in.
Each is killed in the end (SIGKILL), and what it had acknowledged is looked for in its
database.

Exit code 1: the hub acknowledges less than twice what the one written by hand does, or less
than 0.4 of the bare receiver with group commit (median of the rounds); the 99th of 100
answers takes 25 ms or more, at that speed or at 300 a second; something acknowledged is not
stored; or the sender could hardly send more than the fastest takes.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.pushes_load import Task
from hub_core.store.engine import connect
from hub_core.store.schema import upgrade

JSON = dict[str, Any]
ROOT = Path(__file__).parents[1]
SIDES = ("hub", "plain", "each", "group", "serve")
LEAST = {"plain": 2.0, "each": 0.0, "group": 0.4}
"""The hub's pushes a second, as a multiple of theirs. A bare receiver that commits every
event is as fast as the disk: 0.2 ms for an fsync here, 5 ms elsewhere."""
MOST_MS = 25.0
RATE = 300.0
WARM = 0.5
"""Seconds of either in which nothing is measured."""
FASTEST = 20_000
"""Pushes prepared for a second of being answered at once."""
APP, APP_KEY, SECRET = "benchmark", "awbenchmark", "benchmark-secret"
SETTINGS = f"""\
[hub]
key = "file:key"
database = "sqlite:///%s"

[apps.{APP}]
channel = "douyin-laike"
app_key = "{APP_KEY}"
app_secret = "file:secret"
"""
PATHS = dict.fromkeys(("hub", "plain", "serve"), f"/push/douyin-laike/{APP}")
SERVE = "from hub_core.cli import main; main()"


def make(folder: Path) -> None:
    """A hub's folder, with an empty database. Of the pushes' shop it knows nothing: working
    them off asks no platform."""
    _write_settings(folder)
    (folder / "hub.db").write_bytes(_empty())


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        engine = connect(f"sqlite:///{name}/hub.db")
        upgrade(engine)
        engine.dispose()
        return Path(name, "hub.db").read_bytes()


def _write_settings(folder: Path) -> None:
    """Settings, key and secret."""
    for name, text in (("secret", SECRET), ("key", "YmJi" * 10 + "YmI=")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    (folder / "plugins.toml").write_text(SETTINGS % (folder / "hub.db").as_posix())


@contextlib.contextmanager
def receiver(
    side: str, folder: Path, *, under: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A receiver's process and port, until it is killed. `under`: a command that starts
    another in its own place."""
    how = ["-m", "benchmarks.pushes_served", side, str(folder)]
    if side == "serve":
        config = ["--config", str(folder / "plugins.toml")]
        how = ["-c", SERVE, *config, "serve", "--port", "0", "--json"]
    command = [*under, sys.executable, *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        try:
            said = child.stdout.readline().strip()
            yield child, int(said) if said.isdigit() else _port(said)
        finally:
            child.kill()


def _port(said: str) -> int:
    url: str = json.loads(said)["url"]
    return int(url.rpartition(":")[2])


def pushed(task: Task, folder: Path) -> tuple[JSON, set[str]]:
    """What a sender measured, and the hashes of what was acknowledged."""
    hashes = folder / "acknowledged"
    command = [sys.executable, "-m", "benchmarks.pushes_load"]
    command += [json.dumps(asdict(task)), str(hashes)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: JSON = json.loads(done.stdout)
    return figures, set(hashes.read_text().split())


def one(side: str, seconds: float) -> JSON:
    """One receiver: as fast as it goes, then 300 a second; killed, and looked at."""
    found: JSON = {}
    acknowledged: set[str] = set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        with receiver(side, folder) as (child, port):
            for series, (kind, task) in enumerate(tasks(side, port, seconds).items()):
                before = _cpu(child.pid)
                found[kind], told = pushed(replace(task, series=series), folder)
                found[kind]["cpu_us"] = _each(_cpu(child.pid) - before, len(told))
                acknowledged |= told
        lost = acknowledged - stored(folder)
    return found | {"acknowledged": len(acknowledged), "lost": len(lost)}


def tasks(side: str, port: int, seconds: float) -> dict[str, Task]:
    """What is sent: a few to wake it up, then what is measured."""
    warm = min(WARM, seconds)
    every = Task(
        port, PATHS.get(side, "/"), APP_KEY, SECRET, seconds=seconds, warm=warm,
        most=int(FASTEST * (warm + seconds)),
    )  # fmt: skip
    waking = replace(every, seconds=0.1, warm=0.0, rate=RATE)
    return {"waking": waking, "closed": every, "open": replace(every, rate=RATE)}


def sender(seconds: float) -> float:
    """Pushes a second it sends to somebody who answers without looking."""
    with tempfile.TemporaryDirectory() as name, receiver("null", Path(name)) as (_, port):
        found, _told = pushed(tasks("null", port, seconds)["closed"], Path(name))
    return float(found["per_s"])


def stored(folder: Path) -> set[str]:
    """SHA-256 of every push in the folder's databases."""
    with contextlib.closing(sqlite3.connect(folder / "hub.db")) as database:
        found = {row[0] for row in database.execute("SELECT body_hash FROM inbox")}
    if (folder / "bare.db").exists():
        with contextlib.closing(sqlite3.connect(folder / "bare.db")) as database:
            rows = database.execute("SELECT body FROM event")
            found |= {hashlib.sha256(row[0]).hexdigest() for row in rows}
    return found


def _cpu(pid: int) -> float:
    """Seconds of processor a process has used; 0 where nobody tells."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _each(seconds: float, count: int) -> float:
    return round(seconds / max(1, count) * 1e6)


def measure(seconds: float, rounds: int, sides: Sequence[str] = SIDES) -> JSON:
    """All that is printed."""
    runs: dict[str, list[JSON]] = {side: [] for side in sides}
    for number in range(rounds):
        # Who comes first changes: a machine warms up, or others come and go.
        turn = itertools.islice(itertools.cycle(sides), number, number + len(sides))
        for side in turn:
            runs[side].append(one(side, seconds))
    ratios = {
        side: [_ratio(h, o) for h, o in zip(runs["hub"], runs[side], strict=True)]
        for side in LEAST
        if side in runs
    }
    return {
        "seconds": seconds,
        "rounds": rounds,
        "ratio": {side: round(median(every), 2) for side, every in ratios.items()},
        "ratios": ratios,
        "p99_ms": {
            f"{side} {kind}": median(run[kind]["ms"]["p99"] for run in runs[side])
            for side, kind in (("hub", "closed"), ("hub", "open"), ("serve", "open"))
            if side in runs
        },
        "lost": sum(run["lost"] for every in runs.values() for run in every),
        "sender_per_s": sender(seconds),
        "load": [round(x, 2) for x in os.getloadavg()],
        **runs,
    }


def _ratio(hub: JSON, other: JSON) -> float:
    """Not a number, which keeps no bound, where the other got to answer nothing."""
    mine, theirs = (float(side["closed"]["per_s"]) for side in (hub, other))
    return round(mine / theirs, 2) if theirs else math.nan


def faults(found: JSON) -> list[str]:
    """Which bounds are not kept."""
    wrong = [
        f"{found['ratio'][side]} of {side}, at least {least}"
        for side, least in LEAST.items()
        if not found["ratio"].get(side, least) >= least
    ]
    wrong += [
        f"p99 {ms} ms, {name}" for name, ms in found["p99_ms"].items() if ms >= MOST_MS
    ]
    if found["lost"]:
        wrong.append(f"{found['lost']} acknowledged and not stored")
    if found["sender_per_s"] < 1.2 * max(_rates(found)):
        wrong.append("the sender may be what was measured")
    return wrong


def _rates(found: JSON) -> Iterator[float]:
    return (run["closed"]["per_s"] for s in SIDES if s in found for run in found[s])


def show(found: JSON) -> None:
    """The figures for people: ratios first."""
    print(f"50 connections, {found['seconds']} s, {found['rounds']} rounds in turn\n")
    names = {
        "plain": "a commit for every event", "each": "bare, for every event",
        "group": "bare, group commit",
    }  # fmt: skip
    for side, ratio in found["ratio"].items():
        bound = f"(at least {LEAST[side]})" if LEAST[side] else ""
        print(f"hub : {names[side]:26}{ratio:6.2f}   {bound:14} {found['ratios'][side]}")
    for name, ms in found["p99_ms"].items():
        print(f"p99, {name:27}{ms:6.1f} ms (below {MOST_MS:.0f})")
    print(f"acknowledged and not stored {found['lost']:9}    (0)")
    print(f"\n{'':8}{'per s':>8}{'cpu µs':>8}{'p50 ms':>8}{'p99 ms':>8}{'most':>8}", end="")
    print(f"{'':4}at {RATE:.0f}/s{'p50 ms':>10}{'p99 ms':>8}{'most':>8}")
    for side in SIDES:
        if side in found:
            _show_side(side, found[side])
    print(f"\nthe sender alone: {found['sender_per_s']:,.0f}/s", end="; ")
    print(f"load of the machine at the end: {found['load']}")
    for fault in faults(found):
        print(f"NOT KEPT: {fault}")


def _show_side(side: str, runs: list[JSON]) -> None:
    def middle(kind: str, name: str) -> float:
        return float(median(run[kind].get(name, run[kind]["ms"].get(name)) for run in runs))

    closed = [middle("closed", name) for name in ("per_s", "cpu_us", "p50", "p99", "most")]
    opened = [middle("open", name) for name in ("p50", "p99", "most")]
    print(f"{side:8}{closed[0]:8.0f}{closed[1]:8.0f}", end="")
    print("".join(f"{ms:8.1f}" for ms in closed[2:]), end=f"{'':12}")
    print("".join(f"{ms:8.1f}" for ms in opened))


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.seconds, given.rounds)
    print(json.dumps(found)) if given.json else show(found)
    return 1 if faults(found) else 0


if __name__ == "__main__":
    sys.exit(main())
