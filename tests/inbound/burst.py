"""A process that takes pushes in as fast as it can and says which it has acknowledged:
`python -m tests.inbound.burst DATABASE FOLDER`. It is there to be killed."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from hub_core.hub import Hub
from hub_core.inbound import Inbound
from hub_core.plugins import load
from hub_core.settings import Settings
from hub_core.store import Store
from tests.inbound.pushing import CHANNEL, push, signed

SECRET, KEY = "sandbox-secret-burst", "awburst"


def main(database: str, folder: str) -> None:
    secret = Path(folder) / "burst-secret"
    secret.write_text(SECRET)
    app = {"channel": CHANNEL, "app_key": KEY, "app_secret": f"file:{secret}"}
    hub = Hub(
        Settings.of({"apps": {"burst": app}}), Store.open(database, b"k" * 32), load()
    )
    inbound = Inbound(hub)
    for worker in range(24):
        threading.Thread(target=send, args=(inbound, worker)).start()


def send(inbound: Inbound, worker: int) -> None:
    for n in range(100_000):
        id = f"{worker}00{n}"
        body = push("life_trade_order_notify", KEY, {"order": {"order_id": id}})
        if inbound.receive(CHANNEL, signed(SECRET, body), body).status == 200:
            os.write(1, f"{id}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
