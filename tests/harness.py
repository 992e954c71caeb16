"""A hub and a platform in a box, joined without sockets, on one virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_core.hub import Hub
from hub_core.insight import truth
from hub_core.insight.truth import Told
from hub_core.plugins import Plugins, load
from hub_core.ports import Grant, Limit
from hub_core.sandbox import Account, Clock, Platform
from hub_core.settings import Settings
from hub_core.store import Store, streams
from hub_core.testing.bridge import VirtualClock, platform_transport
from tests import databases

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC).timestamp()
"""2026-11-20 12:00 in Beijing."""
PLUGINS = load()
OTHER_KINDS = ["products", "after_sales", "redemptions", "places"]
"""All that a shop has besides orders: not read unless a test asks for it."""
UNSET_LIMITS = [{"calls": 100_000, "seconds": 1.0, "burst": 1000}]


class Bench:
    """One platform, one hub, and the questions a test asks of both."""

    def __init__(
        self,
        platform: Platform,
        folder: Path,
        *,
        database: str | None = None,
        skew: float = 0.0,
        channel_settings: Mapping[str, Any] | None = None,
        kinds: tuple[str, ...] = ("orders",),
        limits: tuple[Limit, ...] | None = (),
        transports: Any = None,
        served: Callable[[Platform], Any] = platform_transport,
        plugins: Plugins = PLUGINS,
        plugin_seconds: float = 120.0,
    ) -> None:
        self.platform, self.folder = platform, folder
        self.clock = VirtualClock(platform.clock, skew=skew)
        self.settings = Settings.of(
            {
                "hub": {"plugin_seconds": plugin_seconds},
                "apps": {a.app_key: self._app(a) for a in platform.accounts()},
                "channels": {
                    platform.channel: {
                        "off": [kind for kind in OTHER_KINDS if kind not in kinds],
                        **(channel_settings or {}),
                    }
                },
            }
        )
        store = Store.open(database or databases.new(), b"k" * 32, self.clock.now)
        bridge = transports or (lambda channel: served(platform))
        self.hub = Hub(
            self.settings, store, plugins, clock=self.clock, transports=bridge,
            shared_limits=False,
        )  # fmt: skip

    def _app(self, account: Account) -> dict[str, Any]:
        secret = self.folder / f"secret-{account.app_key}"
        secret.write_text(account.app_secret)
        return {
            "channel": self.platform.channel,
            "app_key": account.app_key,
            "app_secret": f"file:{secret}",
            "limits": [
                {**limit, "prefix": known.prefix, "per": known.per}
                for known in PLUGINS.channel(self.platform.channel).limits
                for limit in UNSET_LIMITS
            ],
        }

    def add_shops(self, start_at: datetime) -> None:
        for account in self.platform.accounts():
            add_account(self.hub, self.platform.channel, account, start_at)

    # Questions ----------------------------------------------------------------------

    def stored(self, shop_name: str) -> dict[str, Told]:
        return dict(truth.stored(self.hub.store, self.hub.shop(shop_name).id))

    def parked_ids(self, shop_name: str) -> set[str]:
        return {p.external_id for p in self.hub.parked(shop_name) if p.external_id}

    def lost(self, account: Account) -> list[str]:
        """Orders neither stored at the truth's version nor parked."""
        stored, parked = self.stored(account.name), self.parked_ids(account.name)
        return [
            f"{t.external_id}: {(t.status, t.paid)} is stored as "
            f"{stored.get(t.external_id)}"
            for t in self.platform.truth(account.external_id)
            if not t.removed
            and t.external_id not in parked
            and not truth.is_seen(t, stored)
        ]

    def doubled(self, account: Account) -> list[str]:
        shop, known = self.hub.shop(account.name), self.platform.truth(account.external_id)
        return truth.grade_store(self.hub.store, shop.id, known).doubled

    def false_completes(self, account: Account, lag: float = 180.0) -> list[str]:
        """Orders inside an interval called complete that are stored at no such version.

        A version visible later than the settle lag after its stamp is not held against
        the interval: it is counted late when it comes.
        """
        shop, now = self.hub.shop(account.name), self.platform.clock.now()
        stored, parked = self.stored(account.name), self.parked_ids(account.name)
        with self.hub.store.reading() as connection:
            names = streams.stream_names(connection, shop.id)
            ledger = {
                n: [
                    r
                    for r in streams.coverage_rows(connection, shop.id, n)
                    if r.state == "complete"
                ]
                for n in names
            }
        wrong = []
        for t in self.platform.truth(account.external_id):
            seen = [v for v in t.versions if v.visible_at <= now]
            if not seen or t.external_id in parked or t.removed:
                continue
            v = seen[-1]
            if v.visible_at - v.updated_at > lag:
                continue
            at = datetime.fromtimestamp(v.updated_at, UTC)
            inside = any(
                c.since <= at <= c.until and c.observed_at.timestamp() >= v.visible_at
                for c in ledger.get(t.stream, [])
            )
            if inside and t.external_id not in stored:
                wrong.append(f"{t.external_id} changed {at}")
        return wrong

    def close(self) -> None:
        self.hub.close()


def add_account(hub: Hub, channel: str, account: Account, start_at: datetime) -> None:
    token = None
    if account.access_token:
        token = Grant(
            access_token=account.access_token,
            expires_in=account.expires_in,
            refresh_token=account.refresh_token,
        )
    fields = PLUGINS.channel(channel).account_fields
    hub.add_shop(
        account.name,
        channel=channel,
        external_id=account.external_id,
        app=account.app_key,
        start_at=start_at,
        token=token,
        account={k: v for k, v in account.account.items() if k in fields},
        settings=account.settings,
    )


def dense(channel: str) -> dict[str, Any]:
    """How far back to go where rows are to fill pages. Pinduoduo answers for half an hour
    at a time: a day would be many windows with a row or two, hardly one with two pages."""
    hours = 2 if channel == "pinduoduo" else 24
    return {"history": timedelta(hours=hours), "before": timedelta(hours=hours)}


@contextmanager
def bench(
    channel: str, folder: Path, *, seed: int = 0, orders: int = 60, **how: Any
) -> Iterator[Bench]:
    """A bench over a fresh box whose clock stands still at noon in Beijing.

    `history` is how far its orders go back; the shop is read from `before` that on.
    """
    history = how.pop("history", timedelta(days=1))
    before = how.pop("before", timedelta(days=1))
    joined = {
        k: how.pop(k)
        for k in (
            *("database", "skew", "channel_settings", "kinds", "limits", "transports"),
            *("served", "plugins", "plugin_seconds"),
        )
        if k in how
    }
    create = PLUGINS.sandbox(channel)
    how.setdefault("latency", 0.2)
    platform = create(seed=seed, orders=orders, clock=Clock(NOON), history=history, **how)
    made = Bench(platform, folder, **joined)
    try:
        made.add_shops(datetime.fromtimestamp(NOON, UTC) - history - before)
        yield made
    finally:
        made.close()
