"""A box on loopback, and a folder as its user would have it: settings, key, database."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_core.clock import SystemClock
from hub_core.hub import Hub
from hub_core.sandbox import Clock, Faults, Platform
from hub_core.sandbox.server import running
from hub_core.testing.bridge import VirtualClock, platform_transport
from tests import databases
from tests.harness import PLUGINS, add_account

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("hub")
KEY = b"k" * 32
SETTINGS = """
[apps.{app}]
channel = "{channel}"
app_key = "{app}"
app_secret = "file:{app}.secret"
base_url = "{url}"
deadline_seconds = {deadline}
attempts = {attempts}
limits = [
    {{ calls = {calls}, seconds = 1, burst = {burst} }},
    {{ calls = {calls}, seconds = 1, prefix = "orders.", burst = {burst} }},
    {{ calls = 20000, seconds = 1, prefix = "token.", burst = 1000 }},
]
"""
READING = """
[channels.{channel}]
off = ["products", "after_sales", "redemptions", "places"]
streams.orders = {{ {keys} }}
"""


class Hurried(SystemClock):
    """This machine's clock for one who sleeps only a fiftieth of the time."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 50)


@dataclass(frozen=True)
class Served:
    """A platform served over HTTP, and a hub's folder that points to it."""

    platform: Platform
    folder: Path
    database: str

    @property
    def config(self) -> Path:
        return self.folder / "plugins.toml"

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(self.database.removeprefix("sqlite:///"))

    def hub(self, **how: Any) -> Hub:
        """The hub of this folder, in this process."""
        how = {"clock": Hurried()} | how
        return Hub.open(
            self.config, database=self.database, key=KEY, plugins=PLUGINS, **how
        )

    def later(self, seconds: float, **how: Any) -> Hub:
        """The same when time has passed, here and there, and without sockets."""
        self.platform.clock.advance(seconds)
        bridge = platform_transport(self.platform)
        how = {"clock": VirtualClock(self.platform.clock)} | how
        return self.hub(transports=lambda channel: bridge, **how)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "CHANNEL_HUB_CONFIG": str(self.config),
            "CHANNEL_HUB_DATABASE": self.database,
            "CHANNEL_HUB_KEY": base64.b64encode(KEY).decode(),
        }

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """The real `hub …`, as another process."""
        return subprocess.Popen(
            [str(PROGRAM), *words], cwd=self.folder, text=True,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        """The same, waited for; what it prints is bytes."""
        return subprocess.run(
            [str(PROGRAM), *words], cwd=self.folder, capture_output=True, timeout=120,
            env={**self.environment, **environment}, check=False,
        )  # fmt: skip

    def lost(self, hub: Hub) -> list[str]:
        """Orders neither stored at the truth's version nor parked, of every shop."""
        return [id for shop in self._grades(hub) for id in shop.lost]

    def doubled(self, hub: Hub) -> list[str]:
        return [id for shop in self._grades(hub) for id in shop.doubled]

    def _grades(self, hub: Hub) -> list[Any]:
        from hub_core.insight import truth

        return [
            truth.grade_store(
                hub.store, hub.shop(a.name).id, self.platform.truth(a.external_id)
            )
            for a in self.platform.accounts()
        ]


@contextmanager
def served(
    channel: str,
    folder: Path,
    *,
    database: str | None = None,
    reading: Mapping[str, float] | None = None,
    deadline: float = 0.7,
    attempts: int = 4,
    per_second: int | None = None,
    clock: Clock | None = None,
    history: timedelta = timedelta(hours=12),
    **box: Any,
) -> Iterator[Served]:
    """A box with its shops added to a new database.

    `reading`: keys of `streams.orders`; `per_second`: the hub's limit, None for next to
    none.
    """
    platform: Platform = PLUGINS.sandbox(channel)(
        clock=clock or Clock(running=True), history=history, **box
    )
    with running(platform) as url:
        made = Served(platform, folder, database or databases.at(folder / "hub.db"))
        limit = {"calls": per_second or 20_000, "burst": 1 if per_second else 1000}
        more = {"url": url, "deadline": deadline, "attempts": attempts, **limit}
        _write_settings(made, reading or {}, more)
        begin = datetime.fromtimestamp(platform.clock.now(), UTC) - history
        with made.hub() as hub:
            for account in platform.accounts():
                add_account(hub, channel, account, begin - timedelta(minutes=5))
        yield made


def _write_settings(
    made: Served, reading: Mapping[str, float], more: Mapping[str, Any]
) -> None:
    channel = made.platform.channel
    text = ""
    for account in made.platform.accounts():
        app = account.app_key
        (made.folder / f"{app}.secret").write_text(account.app_secret)
        if f"[apps.{app}]" not in text:
            text += SETTINGS.format(app=app, channel=channel, **more)
    keys = ", ".join(f"{name} = {value}" for name, value in reading.items())
    text += READING.format(channel=channel, keys=keys)
    if channel == "jd":
        text += f"streams.unpaid = {{ {keys} }}\n"
    made.config.write_text(text)


def quiet(platform: Platform) -> None:
    """Nothing goes wrong any more and nothing changes."""
    platform.faults = Faults()
    platform.churn_per_call = 0
