"""A hub left alone: its service's parts on a virtual clock, without threads, over boxes
of several channels that change, fail, ban and shut it out."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from hub_core.hub import Hub
from hub_core.insight import truth
from hub_core.ports import Grant
from hub_core.sandbox import Account, Clock, Faults, Request, Response
from hub_core.service import Service
from hub_core.settings import Settings
from hub_core.store import Store, alarms
from hub_core.store.alarms import Alarm
from hub_core.testing.bridge import VirtualClock, platform_transport
from tests import databases
from tests.alarms.world import Ear, template
from tests.harness import NOON, OTHER_KINDS, PLUGINS, UNSET_LIMITS, add_account
from tests.outbound.erp import Erp

LAIKE, TAOBAO, PDD = "douyin-laike", "taobao", "pinduoduo"
CHANNELS = (LAIKE, TAOBAO, PDD)
MINUTE, HOUR = 60.0, 3600.0
OPTIONS: dict[str, dict[str, Any]] = {
    LAIKE: {"push_twice": 0.1, "push_loss": 0.1},
    PDD: {"switches": {"busy": "50002"}},  # the other word for it is a ban
}
UNSENT = {"stock": {"poll_seconds": 0.0}, "parcels": {"poll_seconds": 0.0}}


@dataclass
class Inline:
    """A queue that is worked off by whoever turns the clock."""

    jobs: list[Sequence[Any]] = field(default_factory=list)

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        self.jobs.append(what)


class Living:
    """Everything on one clock. What happens draws from a source of its own."""

    def __init__(
        self,
        folder: Path,
        ear: Ear,
        erp: Erp,
        *,
        poll: float,
        shops: int,
        seed: int = 7,
    ) -> None:
        self.folder, self.ear, self.erp = folder, ear, erp
        self.rng = random.Random(seed)
        self.clock = Clock(NOON)
        self.boxes: dict[str, Any] = {
            channel: PLUGINS.sandbox(channel)(
                seed=seed, shops=shops, orders=20, clock=self.clock, latency=0.2,
                history=timedelta(hours=1), **OPTIONS.get(channel, {}),
            )
            for channel in CHANNELS
        }  # fmt: skip
        self.hub = self._hub(poll)
        self.service, self.queue = Service(self.hub), Inline()
        self.reads: Counter[bool] = Counter()
        """How many readings ended well, and how many did not."""
        self._work_at = 0.0

    def _hub(self, poll: float) -> Hub:
        (self.folder / "ops").write_text("wecombot://ops-key-0001")
        (self.folder / "hub.db").write_bytes(template())
        target = {"url": f"file:{self.folder / 'ops'}", "base_url": self.ear.url}
        every = {"orders": {"poll_seconds": poll}, **UNSENT}
        tables = {
            "apps": dict(self._app(c, a) for c, a in self.accounts),
            "channels": {c: {"off": OTHER_KINDS, "streams": every} for c in self.boxes},
            "alarms": {"targets": {"ops": target}, "disk_low_mb": 1},
            "outbound": {"allow": [self.erp.host], "ports": [self.erp.port]},
        }
        clock = VirtualClock(self.clock)
        store = Store.open(databases.at(self.folder / "hub.db"), b"k" * 32, clock.now)
        hub = Hub(
            Settings.of(tables), store, PLUGINS, clock=clock, shared_limits=False,
            transports=lambda channel: platform_transport(self.boxes[channel.id]),
        )  # fmt: skip
        start = datetime.fromtimestamp(NOON, UTC) - timedelta(hours=2)
        for channel, account in self.accounts:
            add_account(hub, channel, account, start)
        return hub

    def _app(self, channel: str, account: Account) -> tuple[str, dict[str, Any]]:
        secret = self.folder / f"secret-{channel}-{account.app_key}"
        secret.write_text(account.app_secret)
        known = PLUGINS.channel(channel).limits
        return account.app_key, {
            "channel": channel,
            "app_key": account.app_key,
            "app_secret": f"file:{secret}",
            "limits": [
                {**limit, "prefix": one.prefix, "per": one.per}
                for one in known
                for limit in UNSET_LIMITS
            ],
        }

    @property
    def accounts(self) -> list[tuple[str, Account]]:
        return [(c, a) for c, box in self.boxes.items() for a in box.accounts()]

    def account(self, channel: str) -> Account:
        """The channel's first."""
        found: Account = self.boxes[channel].accounts()[0]
        return found

    # Time -----------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        return self.clock.now() - NOON

    def begin(self) -> None:
        """Read what there is; and the app's address is verified."""
        self.service.schedules.plan()
        self.endpoint = self.service.outbound.add(
            self.erp.url, events=["order"], actor="a test"
        )
        self.turn()
        assert self.boxes[LAIKE].pushes.subscribe(self.post)

    def post(self, request: Request) -> Response:
        answer = self.service.inbound.receive(LAIKE, request.headers, request.body)
        return Response(answer.status, answer.body, answer.headers)

    def live(self, until: float, step: float, churn: float) -> None:
        """Let time pass up to `until` seconds after noon; `churn`: changes a minute and
        box."""
        while self.seconds < until:
            self.clock.advance(step)
            for box in self.boxes.values():
                box.churn(_whole(self.rng, churn * step / MINUTE))
            self.turn()

    def turn(self) -> None:
        """One turn of each of the service's loops."""
        if self.boxes[LAIKE].pushes.deliver(self.post) or self.clock.now() >= self._work_at:
            self._work_at = self.clock.now() + MINUTE
            self.service.work_off()
        self.service.schedules.tick(self.queue)
        jobs, self.queue.jobs = self.queue.jobs, []
        for what in jobs:
            for told in self.service.schedules.work(what).values():
                self.reads[not told.get("error")] += 1
        self.service.outbound.deliver_due()
        self.service.look()

    # What goes wrong --------------------------------------------------------------------

    def fail(self, channel: str, rate: float, kinds: Sequence[str] = ()) -> None:
        """The channel's answers go wrong that often; in these ways, or all of a bad day."""
        faults = Faults(rate=rate, seed=self.rng.getrandbits(32))
        faults.mix = dict.fromkeys(kinds, 1) or faults.mix
        self.boxes[channel].faults = faults

    def withdraw(self, channel: str) -> None:
        self.boxes[channel].revoke(self.account(channel).external_id)

    def come_back(self, channel: str) -> None:
        """The owner allows the app again; a token that comes of it is handed in."""
        box, account = self.boxes[channel], self.account(channel)
        if channel == LAIKE:
            box.authorise(account.external_id)
            return
        token = f"given-again-{round(self.seconds):08d}"
        box.let_in(account.external_id, token)
        shop = self.hub.shop(account.name)
        self.hub.accept_token(shop, Grant(access_token=token, expires_in=864_000))

    def ban(self, seconds: float) -> None:
        """Taobao's app is banned, and is told until when."""
        app, box = self.account(TAOBAO).app_key, self.boxes[TAOBAO]
        box.limits.ban(app, "limited-by-app-access-count", seconds, self.clock.now())

    def erp_is_away(self, away: bool) -> None:
        """Whether the ERP answers that it is in trouble."""
        self.erp.reply = lambda came: 503 if away else 204

    # What is there at the end -------------------------------------------------------------

    def lost(self) -> list[str]:
        """Orders that are not stored as the platform has them, and are not parked."""
        return [f"{c}: {id}" for c, a in self.accounts for id in self._grade(c, a).lost]

    def doubled(self) -> list[str]:
        return [f"{c}: {id}" for c, a in self.accounts for id in self._grade(c, a).doubled]

    def _grade(self, channel: str, account: Account) -> truth.Grade:
        shop, known = self.hub.shop(account.name), self.boxes[channel]
        return truth.grade_store(self.hub.store, shop.id, known.truth(account.external_id))

    def told(self) -> Counter[tuple[str, str]]:
        """How often the feed has told of each order's beginning, by shop and id."""
        found: Counter[tuple[str, str]] = Counter()
        after = 0
        while page := self.hub.changes(after, kinds=["order"]):
            after = page[-1].seq
            made = [c for c in page if c.kind == "order.created"]
            found.update((c.shop, c.external_id) for c in made)
        return found

    def changes(self) -> set[int]:
        """All the feed has of orders, by position."""
        found: set[int] = set()
        while page := self.hub.changes(max(found, default=0), kinds=["order"]):
            found |= {one.seq for one in page}
        return found

    def alarms(self) -> list[Alarm]:
        """All there have been, oldest first."""
        with self.hub.store.reading() as connection:
            return sorted(
                alarms.since(connection, datetime.fromtimestamp(0, UTC)),
                key=lambda one: one.id,
            )

    def close(self) -> None:
        self.service.inbound.close()
        self.service.outbound.close()
        self.hub.close()


def _whole(rng: random.Random, number: float) -> int:
    """The number, or one more, so that it is right on average."""
    return int(number) + (rng.random() < number % 1)


@contextmanager
def living(folder: Path, ear: Ear, erp: Erp, **how: Any) -> Iterator[Living]:
    made = Living(folder, ear, erp, **how)
    try:
        made.begin()
        yield made
    finally:
        made.close()


Deed = Callable[[Living], None]
HOURS = float(os.environ.get("CHANNEL_HUB_LEFT_ALONE_HOURS", "2"))
