"""A worker that calls a corner shop's platform as often as its limits let it.

`python -m tests.quotas.spending ADDRESS DATABASE SECONDS THREADS` prints what it sent, and
how many of its calls were refused.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter

from hub_core.client import Line, open_http
from hub_core.clock import PlatformClock, SystemClock
from hub_core.errors import Throttled
from hub_core.journal import MemoryJournal
from hub_core.pace import Pace
from hub_core.ports import Limit, ShopInfo
from hub_core.store.engine import connect
from hub_core.store.limits import SqlBans, limit_states
from hub_core.wire import Credentials
from tests.client.corner import KEY, LIST, SECRET, channel

LIMITS = (Limit(10, 1.0), Limit(600, 60.0))


def spend(address: str, database: str, seconds: float, threads: int) -> Counter[str]:
    """Send for so long from so many threads, each of a shop of its own."""
    engine, clock = connect(database), SystemClock()
    pace = Pace(LIMITS, clock, stores=limit_states(engine), bans=SqlBans(engine))
    http, done = open_http(address), Counter[str]()
    who = Credentials(KEY, SECRET)
    end = time.monotonic() + seconds

    def work(shop: str) -> None:
        line = Line(
            channel(LIMITS), ShopInfo(name=shop, external_id=shop), who, http,
            base_url=address, clock=PlatformClock(clock), pace=pace,
            journal=MemoryJournal(100), attempts=1,
        )  # fmt: skip
        while time.monotonic() < end:
            try:
                line.send(LIST)
                done["sent"] += 1
            except Throttled:
                done["refused"] += 1

    workers = [threading.Thread(target=work, args=(f"s{n}",)) for n in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    engine.dispose()
    return done


if __name__ == "__main__":
    address, database, seconds, threads = sys.argv[1:]
    json.dump(spend(address, database, float(seconds), int(threads)), sys.stdout)
