"""A shop read by the real sync, its platform's answers changed overnight.

A lab reads a box once, keeps the database, and then lets the hub read everything again from
copies of it: as it is (the control), and with one field of the answers changed. What the
store holds then, and what the hub has said, is held against the control.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hub_core.hub import Hub
from hub_core.insight.versions.drift import words
from hub_core.sandbox import Request, Response
from hub_core.store.kinds import KINDS
from hub_core.testing.bridge import platform_transport
from tests import databases
from tests.adapters.goldens import at, places
from tests.adapters.units import ALL as AMOUNTS
from tests.adapters.units import FEN, YUAN
from tests.harness import NOON, PLUGINS, Bench, Clock, dense
from tests.versions.mutations import CHANGES, names

GRAVE = ("amount", "price", "status", "external_id", "quantity", "available", "reserved")
"""Parts of the columns of money, state, identity and number."""
ENOUGH = 20
"""A field that had a value fewer times before is not known yet; nor a stream that has
brought fewer records."""
FOLDERS = {"douyin-laike": "douyin_laike"}
Place = tuple[str, ...]
Key = tuple[object, ...]
Rows = dict[Key, dict[str, Any]]


@dataclass(frozen=True, order=True)
class Change:
    """One field of the answers that fill one stream, changed alike wherever it stands."""

    stream: str
    place: Place
    how: str

    def __str__(self) -> str:
        return f"{self.stream} {'.'.join(self.place)} {self.how}"


@dataclass
class Wire:
    """A platform whose answers are noted, or changed on their way."""

    platform: Any
    change: Change | None = None
    only: str = ""
    """A token: only answers to those who bear it are changed."""
    seen: dict[Place, list[Any]] = field(default_factory=lambda: defaultdict(list))
    changed: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.platform, name)

    def handle(self, request: Request) -> Response:
        given = self.platform.handle(request)
        body = json.loads(given.body)
        if self.change is None:
            for way in places(body):
                if isinstance(way[-1], str):
                    self.seen[names(way)].append(at(body, way))
            return given
        if self.only not in f"{request.target} {request.headers} {request.body!r}":
            return given
        before = self.changed
        *way, name = self.change.place
        for row in objects(body, way):
            if name in row:
                self._alter(row, name, self.change.how)
        if self.changed == before:
            return given
        return replace(given, body=json.dumps(body, ensure_ascii=False).encode())

    def _alter(self, row: dict[str, Any], name: str, how: str) -> None:
        if row.get(name) in (None, "") and how not in ("renamed", "gone"):
            return
        try:
            CHANGES[how](row, name)
            self.changed += 1
        except (TypeError, ValueError, ArithmeticError):
            pass  # not an amount, this once


@dataclass(frozen=True)
class Told:
    """What the hub made of answers."""

    rows: Rows
    details: frozenset[str]
    """All that was said, each with how before a colon."""
    changed: int = 0
    held: tuple[str, ...] = ()
    """Ids of what waits for a person."""

    @property
    def said(self) -> frozenset[str]:
        """How it was noticed: `refused`, `unread`, `held`, `incident`, `noted`."""
        return _ways(self.details)

    def beyond(self, other: Told) -> frozenset[str]:
        """How what the other did not hear of was noticed."""
        return _ways(self.details - other.details)


def _ways(details: frozenset[str]) -> frozenset[str]:
    return frozenset(detail.partition(":")[0] for detail in details)


class Lab:
    """One channel's box, read once."""

    def __init__(
        self, channel: str, folder: Path, *, orders: int, seed: int, drift: str = "hold"
    ) -> None:
        self.channel, self.folder, self.drift = channel, folder, drift
        how = dense(channel)
        self._history = how["history"]
        self._wire = Wire(
            PLUGINS.sandbox(channel)(
                seed=seed, orders=orders, clock=Clock(NOON), latency=0.0, shops=1,
                history=self._history,
            )
        )  # fmt: skip
        self.seen: dict[str, dict[Place, list[Any]]] = {}
        with databases.KEPT.within("module"), self._bench("first") as bench:
            bench.add_shops(datetime.fromtimestamp(NOON, UTC) - 2 * self._history)
            self._read_once(bench.hub)

    @contextmanager
    def _bench(self, name: str) -> Iterator[Bench]:
        made = Bench(
            self._wire.platform, self.folder, kinds=tuple(KINDS),
            database=databases.at(self.folder / f"{name}.db"),
            channel_settings={"drift": self.drift},
            transports=lambda channel: platform_transport(self._wire),  # type: ignore[arg-type]
        )  # fmt: skip
        try:
            yield made
        finally:
            made.close()

    def _read_once(self, hub: Hub) -> None:
        (shop,) = hub.shops()
        for listed in hub.pull.streams(
            shop, hub.plugins.sources(shop.channel, hub.lines.open(shop)), ()
        ):
            self._wire.seen = defaultdict(list)
            name = listed.stream.name
            (outcome,) = hub.sync(streams=[name])
            assert outcome.error is None, outcome.error
            if outcome.counts.created >= ENOUGH / 2:
                self.seen[name] = dict(self._wire.seen)

    # Trials ----------------------------------------------------------------------------

    def told(self, change: Change | None, stream: str) -> Told:
        """Everything of a stream read again from a copy of the first database."""
        self._copy()
        self._wire.change, self._wire.changed = change, 0
        with self._bench("trial") as bench:
            (outcome,) = bench.hub.heal(streams=[stream], horizon=self._history)
            said = _said(bench.hub) | ({"refused:"} if outcome.error else set())
            return Told(
                rows_of(bench.hub), frozenset(said), self._wire.changed, _held(bench.hub)
            )

    def _copy(self) -> None:
        databases.copy(self.folder / "first.db", self.folder / "trial.db")

    def control(self, stream: str) -> Told:
        """The same, the answers as they are."""
        if stream not in self._controls:
            self._controls[stream] = self.told(None, stream)
        return self._controls[stream]

    @cached_property
    def _controls(self) -> dict[str, Told]:
        return {}

    def wrong(self, change: Change, told: Told) -> set[str]:
        """Columns that are not what they would be."""
        good = self.control(change.stream).rows
        return {
            f"{key[0]}.{name}"
            for key, row in told.rows.items()
            for name, value in row.items()
            if key in good and value != good[key].get(name)
        } | {str(key[0]) for key in told.rows.keys() - good.keys()}

    # What may be changed -----------------------------------------------------------------

    def changes(self) -> Iterator[Change]:
        """Every change of every field of the answers that applies to it."""
        for stream, seen in sorted(self.seen.items()):
            for place, values in sorted(seen.items()):
                told = [v for v in values if v not in (None, "", [], {})]
                for how in CHANGES if len(told) >= ENOUGH else ():
                    if self._applies(place, told, how):
                        yield Change(stream, place, how)

    def some(self, most: int, seed: int) -> list[Change]:
        """So many changes, of every kind in turn, the same every time."""
        chosen = random.Random(seed)
        boxes: dict[str, list[Change]] = defaultdict(list)
        for one in self.changes():
            boxes[one.how].append(one)
        for box in boxes.values():
            chosen.shuffle(box)
        turns = zip_longest(*[boxes[how] for how in sorted(boxes)])
        return [one for turn in turns for one in turn if one is not None][:most]

    def _applies(self, place: Place, told: list[Any], how: str) -> bool:
        if how.startswith("in "):
            if how == "in a list":
                return True
            units = {
                one.unit
                for one in AMOUNTS
                if one.channel == FOLDERS.get(self.channel, self.channel)
                and place[-1] in one.names
            }
            return (YUAN if how.startswith("in fen") else FEN) in units and any(
                str(value).replace(".", "").strip("0") for value in told
            )
        if how == "a new word":
            return place[-1].lower().endswith(("status", "state", "type"))
        return True


def objects(value: Any, way: list[str]) -> Iterator[dict[str, Any]]:
    """Every object at a way without the places in lists."""
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner, way)
    elif isinstance(value, dict):
        if not way:
            yield value
        elif way[0] in value:
            yield from objects(value[way[0]], way[1:])


def rows_of(hub: Hub) -> Rows:
    """All that is stored, by kind and id; children by their place."""
    found: Rows = {}
    with hub.store.reading() as connection:
        for kind in KINDS.values():
            ids = {}
            for row in connection.execute(select(kind.table)):
                ids[row.id] = row.external_id
                found[kind.name, row.external_id] = _columns(row._mapping, kind.columns)
            for child in kind.children:
                table = child.table.__table__  # type: ignore[attr-defined]
                for row in connection.execute(select(table)):
                    key = table.name, ids[row._mapping[child.parent]], row.position
                    found[key] = _columns(row._mapping, child.columns)
    return found


def _columns(row: Mapping[Any, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row and name != "ext"}


def _said(hub: Hub) -> set[str]:
    """Everything the hub has said, each with how before a colon."""
    parked = {(p.reason.startswith("drift"), p.external_id) for p in hub.parked()}
    return {
        *(f"{'held' if waits else 'unread'}:{id}" for waits, id in parked),
        *(f"incident:{i.text}" for i in hub.incidents() if i.kind == "drift"),
        *(f"noted:{w.shape} {w.field} {w.code}" for w in words(hub.store, None, None)),
    }


def _held(hub: Hub) -> tuple[str, ...]:
    return tuple(sorted(str(p.external_id) for p in hub.parked() if "drift" in p.reason))
