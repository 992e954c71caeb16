"""What a shop costs while nothing happens: jobs, calls, and how many shops a quota carries.

    python -m benchmarks.peak.rhythms

An hour of two shops a channel that sell nothing, by the hub's own rhythms and reading.
"""

from __future__ import annotations

from collections import Counter

from .days import CHANNELS
from .demand import ORDINARY, accounts
from .house import House, Plan

SHOPS, HOURS = 2, 2
NONE = 1e-6


def main() -> None:
    """Measure and print."""
    house = House(Plan(tuple(accounts(CHANNELS, SHOPS, NONE)), ORDINARY[:HOURS]))
    house.run()
    minutes = SHOPS * HOURS * 60
    print(f"{'':14}{'streams':>8}{'jobs a min':>12}{'calls a min':>13}  first quota, shops")
    for channel in CHANNELS:
        jobs = [job for job in house.engine.jobs if job.app == channel]
        streams = sum(job.name.startswith("sync") for job in jobs) // SHOPS
        often = sum(60 / job.every for job in jobs if job.work) / SHOPS
        calls = house.judges[channel].calls
        each = sum(calls.values()) / minutes
        shops, quota = _carried(house, channel, calls, minutes)
        print(f"{channel:14}{streams:>8}{often:>12.1f}{each:>13.2f}  {quota}: {shops:,.0f}")


def _carried(
    house: House, channel: str, calls: Counter[str], minutes: int
) -> tuple[float, str]:
    """The quota that is the first to be short, and with how many shops."""
    found = []
    for quota in house.judges[channel].quotas:
        asked = sum(n for name, n in calls.items() if name.startswith(quota.what)) / minutes
        if not quota.per_shop and asked:
            allowed = 60 * quota.calls / quota.seconds
            name = f"{quota.what or 'all'} {quota.calls}/{quota.seconds:g} s"
            found.append((allowed / asked, name))
    return min(found)


if __name__ == "__main__":
    main()
