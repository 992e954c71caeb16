"""The hub's side of `benchmarks.pull`: `Hub.sync` as it is, its limits lifted."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import measured, report
from hub_core.hub import Hub
from hub_core.settings import Settings

KEY = b"b" * 32
SHOP = "benchmark"
ACCOUNT = "7000000000000000021"
LIFTED = {"calls": 1_000_000, "seconds": 1.0, "burst": 1_000_000}


def settings(base_url: str, folder: Path) -> Settings:
    """As `plugins.toml` would say it."""
    secret = folder / "secret"
    secret.write_text("benchmark")
    app = {
        "channel": "douyin-laike",
        "app_key": "benchmark",
        "app_secret": f"file:{secret}",
        "base_url": base_url,
        "limits": [LIFTED | {"prefix": "orders."}, LIFTED | {"prefix": "token."}],
    }
    return Settings.of({"apps": {"benchmark": app}})


def open_hub(base_url: str, database: str, folder: Path) -> Hub:
    return Hub.open(database=database, key=KEY, settings=settings(base_url, folder))


def add_shop(hub: Hub, days: int) -> None:
    start_at = datetime.now(UTC) - timedelta(days=days)
    hub.add_shop(
        SHOP,
        channel="douyin-laike",
        external_id=ACCOUNT,
        app="benchmark",
        start_at=start_at,
    )


def main(base_url: str, database: str, folder: str) -> None:
    with open_hub(base_url, database, Path(folder)) as hub:

        def sync() -> int:
            (outcome,) = hub.sync()
            if outcome.error:
                raise outcome.error
            return outcome.counts.created

        report(measured(sync))


if __name__ == "__main__":
    main(*sys.argv[1:])
