"""A backfill that only the platform's quota bounds, beside the least it can take.

    python -m benchmarks.quota_bound [--pages 100] [--latency 0.08] [--quota 20] [--json]

A child process serves 来客 pages, each after `latency` seconds; the hub reads a closed
window of so many pages of 100 orders under a limit of `quota` calls a second, 来客's own
unless given. The least that takes is (pages - 1) ÷ quota + latency, where `pages` are those
the orders fill, not those asked for.
Then a reader that asks for one page after the other reads the same pages; it stores them as
the floor of `benchmarks.pull` does. It is left out beyond 200 pages, as it takes minutes.

Exit code 1: more than 10 % beyond the least (5 % from 500 pages on), or more calls in any
second, by the server's own clock, than the quota.
"""

from __future__ import annotations

import argparse
import json
import sys
from bisect import bisect_left
from typing import Any

from benchmarks.pull import asked, folders, ran, server

PAGE = 100
SPAN = 5
"""Days of the orders: one closed window of 来客's."""
MANY = 500
OVER = {"few": 0.10, "many": 0.05}
SLOW = 200
JSON = dict[str, Any]


def measure(pages: int, latency: float, quota: int) -> JSON:
    """All that is printed."""
    orders = pages * PAGE
    with (
        server(orders, latency, SPAN) as base_url,
        folders(base_url, "hub", "after", quota=quota, days=SPAN) as (of_hub, of_other),
    ):
        hub = ran("pull_hub", str(of_hub))
        targets, arrived = asked(base_url), asked(base_url, "arrived")
        (of_other / "asked.json").write_text(json.dumps(targets))
        slow = pages <= SLOW
        other = ran("pull_floor", base_url, str(of_other)) if slow else None
    if hub["orders"] != orders:
        raise SystemExit("orders are missing")
    least = (pages - 1) / quota + latency
    return {
        "pages": pages, "latency": latency, "quota": quota, "least_s": round(least, 3),
        "hub": hub, "over": round(hub["wall_s"] / least - 1, 4), "calls": len(targets),
        "most_in_a_second": densest(arrived), "one_by_one": other,
    }  # fmt: skip


def densest(arrived: list[float], span: float = 1.0) -> int:
    """The most calls in any such span."""
    return max(bisect_left(arrived, at + span) - n for n, at in enumerate(arrived))


def show(found: JSON) -> None:
    """The figures for people."""
    hub, other = found["hub"], found["one_by_one"]
    print(
        f"{found['pages']:,} pages of {PAGE}, {found['latency'] * 1e3:.0f} ms each, ",
        end="",
    )
    print(f"{found['quota']} calls a second\n")
    print(f"least            {found['least_s']:8.2f} s")
    print(f"hub              {hub['wall_s']:8.2f} s  {found['over']:+.1%}", end="")
    print(f"  {found['calls']} calls, cpu {hub['cpu_s']} s, {hub['peak_mb']:.0f} MB")
    if other:
        print(f"one by one       {other['wall_s']:8.2f} s", end="")
        print(f"  {other['wall_s'] / found['least_s'] - 1:+.1%}")
    print(f"most in a second {found['most_in_a_second']:8}    (at most {found['quota']})")


def kept(found: JSON) -> bool:
    """Whether the bounds are."""
    over = OVER["many" if found["pages"] >= MANY else "few"]
    quiet = found["most_in_a_second"] <= found["quota"]
    return bool(found["over"] <= over and quiet)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.08)
    parser.add_argument("--quota", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.pages, given.latency, given.quota)
    print(json.dumps(found)) if given.json else show(found)
    return 0 if kept(found) else 1


if __name__ == "__main__":
    sys.exit(main())
