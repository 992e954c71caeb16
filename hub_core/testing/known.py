"""What a platform knows of its records, held against what was read of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from ..models import Record
from ..sandbox import Facts, TruthRecord
from ..wire import Fetched
from .canonical import id_of
from .desk import Desk

CHILD = ":"
"""`available:K1` is the field `available` of the part whose external id is K1."""
MOST = 12
"""Records that are compared field by field."""


def young(desk: Desk, known: Sequence[TruthRecord]) -> dict[str, Facts]:
    """What can be read now: those made within the longest window of each list that takes
    time, by id, with what is true of them as far as it shows."""
    now = desk.clock.now()
    windows = [desk.window(s) for s in desk.streams if not s.is_snapshot]
    since = max((w.since for w in windows), default=datetime.min.replace(tzinfo=now.tzinfo))
    found = {}
    for one in known:
        shown = [v for v in one.versions or (one,) if v.visible_at <= now.timestamp()]
        made = one.versions[0].updated_at if one.versions else one.updated_at
        if shown and not one.removed and made >= since.timestamp():
            found[one.external_id] = shown[-1].facts
    return found


def listed(desk: Desk) -> dict[str, Record | None]:
    """Every record of every list, by id; None where the list only names it."""
    items = [item for stream in desk.streams for item in desk.items(stream)]
    return {str(id_of(i)): i.record if isinstance(i, Fetched) else None for i in items}


def untrue(desk: Desk, true: dict[str, Facts], had: dict[str, Record | None]) -> list[str]:
    """What was read otherwise than it is, as sentences."""
    return [
        f"{name}.{said}"
        for name in list(true)[:MOST]
        if name in had
        for said in _differing(had[name] or _one(desk, name), true[name])
    ]


def _one(desk: Desk, name: str) -> Record | None:
    found = desk.source.record(name)
    return found.record if isinstance(found, Fetched) else None


def _differing(record: Record | None, facts: Facts) -> Iterator[str]:
    if record is None:
        yield "is in a list and cannot be had by its id"
        return
    for name, value in facts.items():
        told = _told(record, name)
        if told != value:
            yield f"{name} is {told!r}, not {value!r}"


def _told(record: Record, name: str) -> Any:
    """A field as the truth would tell it: times in whole epoch seconds."""
    field, _, part = name.partition(CHILD)
    owner = next((x for x in _parts(record) if x.external_id == part), None)
    value = getattr(owner if part else record, field, None)
    return int(value.timestamp()) if isinstance(value, datetime) else value


def _parts(record: Record) -> Iterator[Any]:
    for one in fields(record):
        value = getattr(record, one.name)
        if isinstance(value, tuple):
            yield from (x for x in value if hasattr(x, "external_id"))
