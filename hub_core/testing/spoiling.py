"""Answers that are not what the documents say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any
from zlib import crc32


def misshapen(body: bytes, *, most: int) -> Iterator[bytes]:
    """The answer with one value at a time of another type, null or gone; seeded by the
    answer, so that those of other boxes are spoiled in other places."""
    places = list(_places(json.loads(body)))
    rng = random.Random(crc32(body))
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


def with_broken_row(body: bytes) -> bytes:
    """The answer with the first row of its outermost list of rows unreadable; of both
    where the same rows stand in two lists."""
    whole = json.loads(body)
    found = _outermost([whole])
    for rows in found:
        if len(rows) == len(found[0]):
            rows[0] = {"no": "order"}
    return json.dumps(whole).encode()


def _outermost(values: list[Any]) -> list[list[Any]]:
    """The lists of objects that lie least deep; none where there is no such list."""
    while values:
        lists = [v for v in values if isinstance(v, list) and v]
        if found := [v for v in lists if all(isinstance(x, dict) for x in v)]:
            return found
        dicts = [v for v in values if isinstance(v, dict)]
        values = [x for v in lists for x in v] + [x for v in dicts for x in v.values()]
    return []


STRANGE_WORD, STRANGE_NUMBER = "NEVER_HEARD_OF", 98765
"""What no platform says, as text and as a number."""


def keys_of(raw: Any, word: str) -> set[str]:
    """The names under which a raw record says that word."""
    if isinstance(raw, list):
        return {key for inner in raw for key in keys_of(inner, word)}
    if not isinstance(raw, dict):
        return set()
    own = {k for k, v in raw.items() if type(v) in (str, int) and str(v) == word}
    return own.union(*(keys_of(inner, word) for inner in raw.values()))


def reworded(body: bytes, keys: set[str], word: str) -> bytes:
    """The answer with another word wherever one of these names says this one."""
    return json.dumps(_reworded(json.loads(body), keys, word)).encode()


def _reworded(value: Any, keys: set[str], word: str) -> Any:
    if isinstance(value, list):
        return [_reworded(inner, keys, word) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: strange(inner)
        if key in keys and type(inner) in (str, int) and str(inner) == word
        else _reworded(inner, keys, word)
        for key, inner in value.items()
    }


def strange(word: str | int) -> str | int:
    """A word of the same look that nobody has heard of."""
    if isinstance(word, int):
        return STRANGE_NUMBER
    return str(STRANGE_NUMBER) if word.isdigit() else STRANGE_WORD
