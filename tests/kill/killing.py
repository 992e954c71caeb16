"""Killing a hub while it reads, again and again, and looking at what it leaves behind."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from hub_core.hub import Hub
from hub_core.sandbox import Faults
from hub_core.store.tables import FeedRow
from hub_core.sync.poll import CLOCK_DOUBT
from tests import databases
from tests.loss import grading
from tests.scenarios.served import ROOT, Served, quiet, served

KILLS = int(os.environ.get("CHANNEL_HUB_KILLS", "50"))
"""Kills in all; 300 is the full run."""
FAULT_RATE = 0.35
LIVES = 6
"""Kills of one database before it is graded and another box begins."""
WAYS = ("calls", "statement", "calls", "statement", "calls", "command")
"""How lives end: at the n-th call seen by the platform, at the n-th statement of a commit,
or at the n-th call of the real `hub sync`."""
LAG = 1.0
"""The settle lag the hubs here are told, in seconds; these boxes publish at once."""
READING = {
    "settle_lag_seconds": LAG,
    "overlap_seconds": 2,
    "max_window_hours": 0.4,
    "page_size": 4,
}
PATIENCE = 30.0
"""Seconds a life may take to make the calls it is to be killed at."""


@dataclass(frozen=True)
class Kill:
    """One kill and where it fell."""

    channel: str
    way: str
    calls: int
    """Calls the platform had been asked in this life."""
    where: str
    """`reading`, or `committing` for one inside a transaction of the ledger."""


@dataclass
class Tally:
    """All kills, and all that was found wrong."""

    kills: list[Kill] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    moved: int = 0
    """Lives that left a cursor further than they found it."""

    def __str__(self) -> str:
        by = {k: dict(Counter(getattr(x, k) for x in self.kills)) for k in ("way", "where")}
        calls = sorted(x.calls for x in self.kills)
        return (
            f"{len(self.kills)} kills {by}, after {calls[0]} to {calls[-1]} calls, "
            f"median {calls[len(calls) // 2]}; {self.moved} lives moved a cursor"
        )


class Life(Protocol):
    """A process that syncs."""

    pid: int

    def wait(self, timeout: float | None = None) -> int:
        """How it ended; minus the signal's number where one killed it."""
        ...


@dataclass
class _Forked:
    pid: int
    mother: subprocess.Popen[str]

    def wait(self, timeout: float | None = None) -> int:
        """One that lives longer is ended by SIGTERM, which is no kill."""
        assert self.mother.stdout is not None
        late = Timer(timeout or PATIENCE, os.kill, (self.pid, signal.SIGTERM))
        late.start()
        try:
            return int(self.mother.stdout.readline())
        finally:
            late.cancel()


class Lives:
    """Gives birth to processes that sync for ever; see `tests.kill.life`."""

    def __init__(self) -> None:
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.life"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def born(self, made: Served, **how: Any) -> Life:
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        asked = {"config": str(made.config), "database": made.database, **how}
        asked["for"] = os.getpid()
        self.mother.stdin.write(json.dumps(asked) + "\n")
        self.mother.stdin.flush()
        return _Forked(int(self.mother.stdout.readline()), self.mother)

    def close(self) -> None:
        os.killpg(self.mother.pid, signal.SIGKILL)
        self.mother.communicate()


@contextmanager
def lives() -> Iterator[Lives]:
    made = Lives()
    try:
        yield made
    finally:
        made.close()


# Killing --------------------------------------------------------------------------------


def box(channel: str, folder: Path, seed: int) -> Any:
    """Two shops of a platform where every third answer is bad and orders keep changing.

    The box repeats a page whoever's it was. Where answers have ids of their own that is
    noticed; on JD an empty page of the other shop, twice in a row, is not.
    """
    folder.mkdir()
    faults = Faults(rate=FAULT_RATE, seed=seed)
    faults.mix.pop("throttled")  # some ask for a minute without any call to be killed at
    if channel == "pinduoduo":
        faults.mix.pop("busy")  # an operation that is degraded is left alone for minutes
    if channel == "jd":
        faults.mix.pop("repeat_page")
    return served(
        channel,
        folder,
        seed=seed,
        shops=2,
        orders=40,
        reading=READING,
        faults=faults,
        history=timedelta(hours=6),
    )


def kill_once(
    made: Served, way: str, rng: random.Random, mother: Lives, **how: Any
) -> Kill | None:
    """Let a life begin and kill it at a seeded moment; None if it ended by itself."""
    log, note = made.platform.log.entries, made.folder / "note"
    note.unlink(missing_ok=True)
    before = len(log)
    if way == "command":
        life: Life = made.start("sync", "--json")
    elif way == "statement":
        number = rng.randrange(1, 90)
        life = mother.born(made, statement=number, note=str(note), **how)
    else:
        life = mother.born(made, **how)
    if way != "statement":
        _kill_at_call(made, life, before + rng.randrange(1, 25), rng.random() * 0.02)
    ended = life.wait(PATIENCE)
    if isinstance(life, subprocess.Popen):
        life.communicate()
    calls = len(log) - before
    if ended != -signal.SIGKILL:
        return None
    where = note.read_text() if note.exists() else "reading"
    return Kill(made.platform.channel, way, calls, where)


def _kill_at_call(made: Served, life: Life, number: int, delay: float) -> None:
    """SIGKILL, `delay` seconds after the platform was asked for the n-th time."""
    log, until = made.platform.log.entries, time.monotonic() + PATIENCE
    while len(log) < number and time.monotonic() < until:
        if isinstance(life, subprocess.Popen) and life.poll() is not None:
            return
        time.sleep(0.002)
    time.sleep(delay)
    os.kill(life.pid, signal.SIGKILL)


# What is left ---------------------------------------------------------------------------


def left_behind(made: Served) -> list[str]:
    """What is wrong with the database a killed hub left: nothing, if all is well."""
    wrong = _unsound(made) if made.database.startswith("sqlite") else []
    with made.hub() as hub:
        for account in made.platform.accounts():
            known = made.platform.truth(account.external_id)
            wrong += grading.false_completes(hub, account.name, known, lag=LAG)
            wrong += _unread(hub, account.name)
    return wrong


def _unsound(made: Served) -> list[str]:
    with closing(sqlite3.connect(made.file)) as raw:
        (sound,) = raw.execute("PRAGMA integrity_check").fetchone()
    return [] if sound == "ok" else [f"integrity_check: {sound}"]


def _unread(hub: Hub, shop: str) -> list[str]:
    """Stretches before a cursor that no row of the ledger speaks of."""
    wrong = []
    for stream in hub.coverage([shop]):
        at = stream.cursor_at
        if at is None:
            continue
        ends = [s.until for s in stream.spans]
        if not ends or at > max(ends):
            wrong.append(f"{shop} {stream.stream}: the cursor {at} is past its proofs")
        wrong += [
            f"{shop} {stream.stream}: {s.since} to {s.until} was passed unread"
            for s in stream.spans
            if s.state == "unknown"
        ]
    return wrong


def cursors(made: Served) -> dict[tuple[str, str], datetime | None]:
    with made.hub() as hub:
        return {(c.shop, c.stream): c.cursor_at for c in hub.coverage()}


def settle(made: Served) -> list[str]:
    """Faults off, one sync, one heal: what then is not there exactly once."""
    quiet(made.platform)
    with made.later(CLOCK_DOUBT.total_seconds() + 60) as hub:
        outcomes = hub.sync() + hub.heal()
        wrong = [str(o.error or o.skipped) for o in outcomes if o.error or o.skipped]
        wrong += [f"lost {one}" for one in made.lost(hub)]
        wrong += [f"doubled {one}" for one in made.doubled(hub)]
        return wrong + told_twice(hub) + _unlike(made, hub)


def told_twice(hub: Hub) -> list[str]:
    """Orders the feed calls new more than once, and gaps in it."""
    f = FeedRow
    with hub.store.reading() as connection:
        rows = connection.execute(
            select(col(f.seq), col(f.entity_id), col(f.kind)).order_by(col(f.seq))
        ).all()
    born = Counter(r.entity_id for r in rows if r.kind == "order.created")
    wrong = [f"order {id} was told as new {n} times" for id, n in born.items() if n > 1]
    if [r.seq for r in rows] != list(range(1, len(rows) + 1)):
        wrong.append("the feed's numbers have a gap")
    return wrong


def _unlike(made: Served, hub: Hub) -> list[str]:
    """Orders that differ from what a hub has that read the box once, undisturbed."""
    other = Served(made.platform, made.folder, databases.new())
    with other.later(0, shared_limits=False) as calm:
        for shop in hub.shops():
            token = hub.store.tokens.load(f"{shop.channel}/{shop.external_id}")
            calm.add_shop(
                shop.name, channel=shop.channel, external_id=shop.external_id,
                app=shop.app, start_at=shop.start_at, account=shop.account,
                settings=shop.settings,
            )  # fmt: skip
            if token is not None:
                calm.store.tokens.save_if(f"{shop.channel}/{shop.external_id}", None, token)
        calm.sync()
        mine, theirs = whole(hub), whole(calm)
    differ = mine.keys() ^ theirs.keys() | {
        k for k in mine.keys() & theirs.keys() if mine[k] != theirs[k]
    }
    return [f"{k} is not what a calm reader has" for k in sorted(differ)]


def whole(hub: Hub) -> dict[str, Any]:
    """Every order with its lines, deliveries and vouchers, without the hub's own times."""
    ours = {"hub_seen_at", "hub_changed_at", "journal_id", "reread_at"}
    found = {}
    for order in hub.each_order():
        told = order.as_dict(children=True)
        found[order.uid] = {k: v for k, v in told.items() if k not in ours}
    return found
