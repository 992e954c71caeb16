"""What the tests' other processes do: `python -m tests.outbound.workers URL PORT HOW`."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import datetime

from hub_core.outbound import Answer, Outbound
from hub_core.outbound.post import Post
from hub_core.settings.tables import OutboundTable
from hub_core.store import Store
from tests.store.making import KEY


class Killed(Post):
    """Ends its process between the send and the record."""

    def send(
        self, url: str, body: str, headers: Mapping[str, str], now: datetime
    ) -> Answer:
        super().send(url, body, headers, now)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def deliver(database: str, port: str, how: str) -> None:
    """Deliver until nothing is left."""
    rules = OutboundTable(allow=["127.0.0.1"], ports=[int(port)])
    with Outbound(Store.open(database, KEY), rules) as outbound:
        if how == "killed":
            outbound.post = Killed(rules)
        print("ready", flush=True)  # noqa: T201
        while any(one.waiting or one.position < 20 for one in outbound.all()):
            outbound.deliver_due()
            time.sleep(0.005)


if __name__ == "__main__":
    deliver(*sys.argv[1:])
