"""What Prometheus scrapes: read from the store when it is asked for.

Labels are channels, shops, streams and words of our own: their number is bounded, and
nothing in them is a secret or a buyer's. Every process of a database tells the same, but
of itself.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection

from ..hub import Hub
from ..store import feed, gauges, health, inbox, inlets, schedules, usage
from ..store.again import counted
from ..store.schema import HEAD
from ..wire import BEIJING

NAME = "channel_hub_"
RECENT = timedelta(minutes=10)
"""How far back calls are counted."""
LOOK_BACK = "look-back"
"""In the rule of a stretch that no platform answers for any more."""
STREAM = ("channel", "shop", "stream")

Family = GaugeMetricFamily
Labelled = Iterable[tuple[Sequence[str], float]]


class Metrics:
    """The metrics of a hub. `late` gives the schedules that were missed. Thread safe."""

    def __init__(self, hub: Hub, late: Callable[[], Sequence[Any]]) -> None:
        self._hub, self._late = hub, late
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of them, in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)

    def describe(self) -> list[Family]:
        """Nothing is asked when it is registered."""
        return []

    def collect(self) -> Iterator[Family]:
        """Read the store: one moment of it."""
        now = self._hub.clock.now()
        with self._hub.store.reading() as connection:
            yield from _streams(connection, now)
            yield from _shops(connection, now)
            yield from _traffic(connection, now)
            yield from _limits(connection, now)
            yield from _writes(connection)
            yield from _size(connection, now, self._hub.store.engine.url.database)
            jobs = Counter(one.state for one in schedules.listing(connection))
        yield _family("jobs", "Schedules by what becomes of them.", ["state"], _by(jobs))
        yield _family(
            "transactions_again", "Begun again in this process, by what broke them off.",
            ["why"], _by(counted()),
        )  # fmt: skip
        late = float(len(self._late()))
        yield _one("jobs_overdue", "Schedules that were missed.", late)
        about = _family("info", "What runs.", ["version", "schema"], [])
        about.add_metric([version("channel-hub"), HEAD], 1)
        yield about


def _family(name: str, said: str, labels: Sequence[str], rows: Labelled) -> Family:
    made = Family(NAME + name, said, labels=labels)
    for values, number in rows:
        made.add_metric(list(values), number)
    return made


def _one(name: str, said: str, value: float) -> Family:
    return Family(NAME + name, said, value=value)


def _by(counts: dict[Any, int]) -> Labelled:
    return [([str(word)], float(n)) for word, n in sorted(counts.items())]


def _streams(connection: Connection, now: datetime) -> Iterator[Family]:
    rows = gauges.streams(connection)
    holes = health.gaps(connection, now, LOOK_BACK)

    def each(value: Callable[[Any], float | None]) -> Labelled:
        told = (((r.channel, r.name, r.stream), value(r)) for r in rows)
        return [(labels, number) for labels, number in told if number is not None]

    yield _family(
        "stream_age_seconds", "Since a stream was last read to its end.", STREAM,
        each(lambda r: _seconds(now - r.last_ok_at) if r.last_ok_at else None),
    )  # fmt: skip
    yield _family(
        "stream_failing", "1: its last reading failed.", STREAM,
        each(lambda r: float(r.last_error is not None)),
    )  # fmt: skip
    yield _family(
        "stream_proved", "1: all time up to its cursor is proved to be read whole, save "
        "what its platform does not answer for any more.", STREAM,
        each(lambda r: float((r.id, r.stream) not in holes)),
    )  # fmt: skip
    yield _family(
        "parked_records", "Records that can't be read.", STREAM,
        [(row[:3], float(row[3])) for row in gauges.parked(connection)],
    )  # fmt: skip


def _shops(connection: Connection, now: datetime) -> Iterator[Family]:
    rows = gauges.shops(connection)
    counted = Counter((row.channel, row.state) for row in rows)
    yield _family(
        "shops", "Shops by what becomes of them.", ["channel", "state"],
        [(labels, float(n)) for labels, n in sorted(counted.items())],
    )  # fmt: skip
    names = {f"{row.channel}/{row.external_id}": row.name for row in rows}
    seconds, ended = [], []
    for subject, state, end in gauges.tokens(connection):
        labels = _holder(subject, names)
        ended.append((labels, float(state != "ok")))
        if end is not None:
            seconds.append((labels, _seconds(end - now)))
    holder = ["channel", "shop", "app"]
    yield _family(
        "token_seconds", "Until a token ends; most are renewed before.", holder, seconds
    )
    yield _family(
        "token_dead", "1: its owner has to authorise the app again.", holder, ended
    )


def _holder(subject: str, names: dict[str, str]) -> tuple[str, str, str]:
    """A token is a shop's (`jd/123`), or an app's (`douyin-laike/app/aw1`)."""
    channel, _, rest = subject.partition("/")
    if subject in names:
        return channel, names[subject], ""
    return channel, "", rest.removeprefix("app/")


def _traffic(connection: Connection, now: datetime) -> Iterator[Family]:
    calls = gauges.calls(connection, now - RECENT)
    yield _family(
        "calls_10m", "Calls to platforms of the last ten minutes that are noted.",
        ["channel", "outcome"], [(row[:2], float(row[2])) for row in calls],
    )  # fmt: skip
    taken: list[tuple[Sequence[str], float]] = []
    silent: list[tuple[Sequence[str], float]] = []
    pushes = inbox.counts(connection)
    yield _family(
        "pushes", "Pushes that are kept, by what became of them.", ["state"],
        _by({state: n for state, (n, _) in pushes.items()}),
    )  # fmt: skip
    oldest = pushes.get(inbox.WAITING)
    yield _one(
        "push_waiting_seconds", "Since the oldest push came that is not worked off.",
        _seconds(now - oldest[1]) if oldest else 0.0,
    )  # fmt: skip
    for one in inlets.listing(connection):
        labels = [one.channel, one.app]
        taken.append((labels, float(one.taken)))
        if one.heard_at is not None:
            silent.append((labels, _seconds(now - one.heard_at)))
    app = ["channel", "app"]
    yield _family("inlet_messages", "Messages that were taken.", app, taken)
    yield _family(
        "inlet_silent_seconds", "Since an app's queue or connection was heard of.", app,
        silent,
    )  # fmt: skip
    asks = gauges.asks(connection)
    yield _family(
        "questions_open", "What platforms have asked and nobody has decided.", ["channel"],
        [(row[:1], float(row[1])) for row in asks],
    )  # fmt: skip
    yield _family(
        "question_seconds", "Until the first of them is decided without us.", ["channel"],
        [(row[:1], _seconds(row[2] - now)) for row in asks if row[2] is not None],
    )  # fmt: skip


def _limits(connection: Connection, now: datetime) -> Iterator[Family]:
    """By channel, not by shop or app: the rest is in `hub quota`."""
    used, refused = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    part: dict[tuple[str, str], float] = {}
    for one in usage.spent(connection, now.astimezone(BEIJING).date()):
        used[one.channel, one.rank] += one.calls
        refused[one.channel, one.rank] += one.throttled
    for limit in usage.standings(connection, now, of_shops=False):
        key = (limit.channel, limit.prefix)
        part[key] = min(limit.part, part.get(key, 1.0))
    for name, said, counts in (
        ("calls_today", "Calls to platforms since midnight in Beijing, by rank.", used),
        ("throttled_today", "Those that platforms refused: too many.", refused),
    ):
        rows = [(list(key), float(n)) for key, n in sorted(counts.items())]
        yield _family(name, said, ["channel", "rank"], rows)
    yield _family(
        "limit_part", "The least part of a limit in use, by what its platform showed.",
        ["channel", "prefix"], [(list(key), n) for key, n in sorted(part.items())],
    )  # fmt: skip


def _writes(connection: Connection) -> Iterator[Family]:
    position = float(feed.last_seq(connection))
    yield _one("feed_position", "The newest change's number.", position)
    waiting, dead = gauges.messages(connection)
    yield _family(
        "messages", "Messages to endpoints of webhooks out.", ["state"],
        _by({"waiting": waiting, "dead": dead}),
    )  # fmt: skip
    for name, said, found in (
        ("endpoints", "Endpoints of webhooks out.", gauges.endpoints(connection)),
        (
            "commands",
            "Commands to platforms that are not ended.",
            gauges.commands(connection),
        ),
        ("alarms", "Alarms that are open.", gauges.alarms(connection)),
    ):
        label = "severity" if name == "alarms" else "state"
        yield _family(name, said, [label], _by({word: n for word, n in found}))


def _size(connection: Connection, now: datetime, file: str | None) -> Iterator[Family]:
    yield _one("database_bytes", "Of the database.", float(gauges.size(connection)))
    since = gauges.journal_since(connection)
    yield _one(
        "journal_seconds", "The age of the oldest call that is kept.",
        _seconds(now - since) if since else 0.0,
    )  # fmt: skip
    if connection.dialect.name == "sqlite" and file and Path(file).exists():
        free = float(shutil.disk_usage(Path(file).parent).free)
        yield _one("disk_free_bytes", "Where the database stands.", free)


def _seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 3)
