"""Answers that are not what the documents say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any


def misshapen(body: bytes, *, most: int, seed: int = 0) -> Iterator[bytes]:
    """The answer with one value at a time of another type, null or gone; seeded."""
    places = list(_places(json.loads(body)))
    rng = random.Random(seed)
    ways = [(place, way) for place in places for way in (None, "?", 7, [], {}, GONE)]
    for place, way in rng.sample(ways, min(most, len(ways))):
        yield json.dumps(_with(json.loads(body), place, way)).encode()


GONE = object()
Place = tuple[str | int, ...]


def _places(value: Any, at: Place = (), deep: int = 7) -> Iterator[Place]:
    """Where values stand; of a list only the first is looked into."""
    if at:
        yield at
    if deep and isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*at, key), deep - 1)
    elif deep and isinstance(value, list) and value:
        yield from _places(value[0], (*at, 0), deep - 1)


def _with(value: Any, place: Place, new: Any) -> Any:
    here = value
    for step in place[:-1]:
        here = here[step]
    if new is GONE:
        del here[place[-1]]
    else:
        here[place[-1]] = new
    return value


def with_broken_row(body: bytes, rows: int) -> bytes:
    """The answer with the first of its `rows` rows unreadable, if it has such a list."""
    whole = json.loads(body)
    for found in _lists(whole, rows):
        found[0] = {"no": "order"}
        break
    return json.dumps(whole).encode()


def _lists(value: Any, length: int) -> Iterator[list[Any]]:
    """Lists of that many objects, the outermost first."""
    if isinstance(value, list):
        if len(value) == length and all(isinstance(x, dict) for x in value):
            yield value
        for inner in value:
            yield from _lists(inner, length)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _lists(inner, length)
