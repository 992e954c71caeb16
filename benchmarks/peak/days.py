"""Run a day: idle, with the peak, and with one giant beside small shops.

    python -m benchmarks.peak [peak|giant] [--hours 24] [--shops 100] [--json] …

Exit code 1: a ban, less than 90 % of a quota used under backlog, or small shops' 95th of
100 changes more than twice as old as on an idle day (with a giant: 1.5 times without it).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

from .demand import ORDINARY, PEAK, Account, accounts
from .figures import late, told
from .house import House, Plan
from .platform import Wire

CHANNELS = ("taobao", "pinduoduo", "jd", "douyin-laike")
LEAST_USED = 0.9
MOST_OLDER = {"peak": 2.0, "giant": 1.5}
GIANTS_SMALL = 20
IDLE = 3
"""Hours of an idle day that are looked at."""
ENOUGH = 100
"""Changes, for the age of all but five of a hundred to say anything."""


def run(plan: Plan) -> dict[str, Any]:
    """One run's figures, with what it took."""
    began = time.process_time()
    house = House(plan)
    house.run()
    done = sum(house.engine.done.values())
    return {
        "channels": told(house),
        "jobs": done,
        "jobs_per_second": round(done / house.world.time, 1),
        "pushes": {
            "fetched": house.pushes.fetched,
            "needless": house.pushes.needless,
            "spared": house.pushes.spared,
            "postponed": house.pushes.postponed,
        },
        "late": late(house),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def peak(given: argparse.Namespace) -> dict[str, Any]:
    """The same shops on an idle day, of which some hours tell all, and on the peak's."""
    shops = tuple(accounts(given.channels, given.shops, given.orders))
    first, end = given.first, given.first + given.hours
    return _both(
        idle=_plan(given, shops, ORDINARY[: min(given.hours, IDLE)]),
        peak=_plan(given, shops, PEAK[first:end]),
    )


def giant(given: argparse.Namespace) -> dict[str, Any]:
    """Twenty small shops a channel, without a giant and beside one that is read for the
    first time."""
    small = tuple(
        Account(n, channel, n, given.orders / given.shops)
        for channel in given.channels
        for n in range(2, GIANTS_SMALL + 2)
    )
    numbered = tuple(replace(one, id=n) for n, one in enumerate(small, start=1))
    giants = tuple(
        Account(n, channel, 1, given.orders / 5, past=given.past)
        for n, channel in enumerate(given.channels, start=len(small) + 1)
    )
    hours = ORDINARY[: given.hours]
    return _both(
        without=_plan(given, numbered, hours),
        beside=_plan(given, (*numbered, *giants), hours),
    )


def _both(**plans: Plan) -> dict[str, Any]:
    """Each in a process of its own."""
    with ProcessPoolExecutor(len(plans), get_context("spawn")) as processes:
        return dict(zip(plans, processes.map(run, plans.values()), strict=True))


def _plan(
    given: argparse.Namespace, shops: tuple[Account, ...], shape: tuple[float, ...]
) -> Plan:
    return Plan(
        shops, shape, given.seed, given.processes, given.threads, given.lost,
        Wire(jitter=given.jitter / 1000),
    )  # fmt: skip


def failings(found: dict[str, Any], most: float) -> list[str]:
    """What is not as it should be: `most` times as old may small shops' changes be."""
    (before, was), (_, now) = found.items()
    return [
        said
        for channel, of in now["channels"].items()
        for said in _wrong(channel, of, was["channels"][channel], most, before)
    ]


def _wrong(
    channel: str, now: dict[str, Any], was: dict[str, Any], most: float, before: str
) -> Iterator[str]:
    for of in (was, now):
        if of["bans"]:
            yield f"{channel}: {of['bans']} times banned; first {of['first_ban']}"
        for use in of["quotas"]:
            if use["used"] < LEAST_USED:
                yield f"{channel}: {use['used']:.0%} of {use['quota']} used under backlog"
    for kind, age in now["small"].items():
        p95, usual = age["p95"], was["small"][kind]["p95"]
        if age["changes"] >= ENOUGH and p95 > most * usual:
            yield f"{channel}: small shops' {kind}: p95 {p95:.0f} s, {before} {usual:.0f} s"


def show(found: dict[str, Any]) -> None:
    """Tables for people."""
    for day, of in found.items():
        print(
            f"\n{day}: {of['jobs']} jobs, {of['jobs_per_second']}/s; {of['cpu_seconds']} s"
        )
        print("pushes", ", ".join(f"{name} {n:,}" for name, n in of["pushes"].items()))
        print("begun late, p95 s:", ", ".join(f"{n} {s}" for n, s in of["late"].items()))
        print(f"{'':14}{'':12}{'changes':>9}{'median s':>10}{'p95 s':>9}{'most s':>9}")
        for channel, told_ in of["channels"].items():
            for whose in ("small", "all"):
                for kind, age in told_[whose].items():
                    if age["changes"]:
                        print(
                            f"{channel:14}{whose:6}{kind:12}{age['changes']:>9,}"
                            f"{age['median']:>10.1f}{age['p95']:>9.1f}{age['most']:>9.0f}"
                        )
            calls = ", ".join(f"{n} {c:,}" for n, c in told_["calls"].items())
            print(f"{channel:14}bans {told_['bans']}; calls {calls}")
            for use in told_["quotas"]:
                print(
                    f"{channel:14}{use['quota']}: {use['used']:.1%} used in "
                    f"{use['minutes']} minutes of backlog"
                )


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What is asked for on the command line, or in these words."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peak")
    parser.add_argument("what", nargs="?", choices=("peak", "giant"), default="peak")
    parser.add_argument("--past", type=int, default=500_000, help="a giant's orders")
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--first", type=int, default=0, help="hours after 18:00 to begin")
    parser.add_argument("--shops", type=int, default=100, help="of each channel")
    parser.add_argument("--orders", type=float, default=1000.0, help="an idle hour's")
    parser.add_argument("--channels", nargs="+", default=CHANNELS, choices=CHANNELS)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--lost", type=float, default=0.15, help="part of the pushes")
    parser.add_argument("--jitter", type=float, default=5.0, help="milliseconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def main() -> Sequence[str]:
    """What failed."""
    given = arguments()
    found = (giant if given.what == "giant" else peak)(given)
    wrong = failings(found, MOST_OLDER[given.what])
    if given.json:
        print(json.dumps({**found, "failings": wrong}, ensure_ascii=False))
    else:
        show(found)
        print("\n".join(["", *wrong]) if wrong else "\nall as it should be")
    return wrong
