"""The hub's side of `benchmarks.pull`: what `hub sync` does, its limits lifted.

A process imports the channel's shapes with its first sync; here before the clock starts,
as all else that belongs to a process's start, which `benchmarks.incremental` counts.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import measured, report
from benchmarks.parts import sampling
from benchmarks.pull_columns import database
from hub_core.cli.opening import Chosen, opened
from hub_core.hub import Hub

SHOP = "benchmark"
ACCOUNT = "7000000000000000021"
LIFTED = "calls = 1000000, seconds = 1.0, burst = 1000000"
KEPT = "calls = %d, seconds = 1.0"
LIMITS = 'limits = [{ prefix = "orders.", %s }, { prefix = "token.", %s }]'
SETTINGS = """\
[hub]
key = "file:key"

[apps.benchmark]
channel = "douyin-laike"
app_key = "benchmark"
app_secret = "file:secret"
base_url = "%s"
%s

[channels.douyin-laike]
off = ["products", "after_sales", "redemptions", "places"]
"""


def make(base_url: str, folder: Path, days: int, *, quota: int | None = None) -> None:
    """A hub's folder: settings, key, an empty database with one shop. `quota`: order
    queries a second; None: no limit worth the name."""
    limits = LIMITS % (LIFTED if quota is None else KEPT % quota, LIFTED)
    for name, text in (("secret", "benchmark"), ("key", "YmJi" * 10 + "YmI=")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    (folder / "plugins.toml").write_text(SETTINGS % (base_url, limits))
    start_at = datetime.now(UTC) - timedelta(days=days)
    with Hub.open(folder / "plugins.toml", database=database(folder)) as hub:
        hub.add_shop(
            SHOP,
            channel="douyin-laike",
            external_id=ACCOUNT,
            app="benchmark",
            start_at=start_at,
        )


def load(hub: Hub) -> None:
    """What the first sync of this process would import."""
    line = hub.lines.open(hub.shop(SHOP))
    hub.plugins.sources("douyin-laike", line)


def synced(hub: Hub) -> int:
    """How many orders came; raises what stopped it."""
    (outcome,) = hub.sync()
    if outcome.error:
        raise outcome.error
    return outcome.counts.created


def main(folder: Path, sample: bool) -> None:
    Chosen.config, Chosen.database = folder / "plugins.toml", database(folder)
    with opened() as hub:
        load(hub)
        if not sample:
            report(measured(lambda: synced(hub)))
            return
        with sampling() as parts:
            figures = measured(lambda: synced(hub))
        report(figures | {"parts": parts.shares()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--parts" in sys.argv)
