"""The hub among rivals: a folder made, and a full pull "an hour ago".

    python -m benchmarks.rivals.hub_run make|full BASE_URL FOLDER DATABASE_URL

The incremental run is `hub sync` itself.
"""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.laike_server import DAYS
from benchmarks.pull_hub import ACCOUNT, SHOP, synced
from benchmarks.rivals.served import AGO
from hub_core.clock import SystemClock
from hub_core.hub import Hub

LIFTED = "calls = 1000000, seconds = 1.0, burst = 1000000"
SETTINGS = f"""\
[hub]
key = "file:key"

[apps.benchmark]
channel = "douyin-laike"
app_key = "benchmark"
app_secret = "file:secret"
base_url = "%s"
limits = [{{ prefix = "orders.", {LIFTED} }}, {{ prefix = "token.", {LIFTED} }}]

[channels.douyin-laike]
off = ["products", "after_sales", "redemptions", "places"]
"""


class Earlier(SystemClock):
    """This machine's clock, put back."""

    def now(self) -> datetime:
        """An hour ago."""
        return super().now() - timedelta(seconds=AGO)


def make(base_url: str, folder: Path, url: str) -> None:
    """Settings, key, an empty database with one shop."""
    for name, text in (("secret", "benchmark"), ("key", "YmJi" * 10 + "YmI=")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    (folder / "plugins.toml").write_text(SETTINGS % base_url)
    start_at = datetime.now(UTC) - timedelta(days=DAYS + 1)
    with Hub.open(folder / "plugins.toml", database=url) as hub:
        hub.add_shop(
            SHOP, channel="douyin-laike", external_id=ACCOUNT, app="benchmark",
            start_at=start_at,
        )  # fmt: skip


def full(base_url: str, folder: Path, url: str) -> None:
    """All there is."""
    with Hub.open(folder / "plugins.toml", database=url, clock=Earlier()) as hub:
        gc.freeze()  # as the hub's commands do: see hub_core.cli.opening
        gc.set_threshold(50_000, 20, 20)
        synced(hub)


if __name__ == "__main__":
    {"make": make, "full": full}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]), sys.argv[4])
