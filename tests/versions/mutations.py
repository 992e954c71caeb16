"""What a platform may do to its rows overnight, done to every row of a golden answer.

A mutation is of one field, wherever the answer has it: renamed, gone, null, of another
type, wrapped, put into a list, with a word nobody knows, its amounts in another unit.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.adapters.goldens import WITH_RECORDS, Golden, Way, at
from tests.adapters.units import FEN, YUAN, unit_of

Change = Callable[[dict[str, Any], str], None]
"""Changes one field of one object in place."""


@dataclass(frozen=True)
class Mutation:
    """One field of one golden, changed alike wherever it stands."""

    golden: Golden
    ways: tuple[Way, ...]
    """Every place of the field."""
    how: str

    def body(self) -> Any:
        """The answer as it would come."""
        body = copy.deepcopy(self.golden.body)
        for way in self.ways:
            CHANGES[self.how](at(body, way[:-1]), str(way[-1]))
        return body

    @property
    def field(self) -> tuple[str, ...]:
        """Its way from the outside, without the places in lists."""
        return names(self.ways[0])

    def __str__(self) -> str:
        return f"{self.golden}: {'.'.join(self.field)} {self.how}"


def names(way: Way) -> tuple[str, ...]:
    """A way without the places in lists."""
    return tuple(step for step in way if isinstance(step, str))


def _rename(row: dict[str, Any], name: str) -> None:
    row[f"{name}Info" if name[-1:].islower() and "_" not in name else f"{name}_info"] = (
        row.pop(name)
    )


def _drop(row: dict[str, Any], name: str) -> None:
    del row[name]


def _null(row: dict[str, Any], name: str) -> None:
    row[name] = None


def _wrap(row: dict[str, Any], name: str) -> None:
    row[name] = {"value": row[name]}


def _list(row: dict[str, Any], name: str) -> None:
    row[name] = [row[name]]


def _type(row: dict[str, Any], name: str) -> None:
    """A number as text, a text as a number or another text's length, a list as its own
    JSON."""
    value = row[name]
    if isinstance(value, str):
        row[name] = int(value) if value.isdecimal() else _decimal(value)
    else:
        row[name] = str(value)


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return len(text) + 0.5


def _word(row: dict[str, Any], name: str) -> None:
    row[name] = 98765 if isinstance(row[name], int) else "BRAND_NEW_WORD"


def _fen(row: dict[str, Any], name: str) -> None:
    """Yuan are told in fen from now on, in the same type."""
    fen = int(Decimal(str(row[name])) * 100)
    row[name] = str(fen) if isinstance(row[name], str) else fen


def _fen_in_form(row: dict[str, Any], name: str) -> None:
    """The same, with the two places of yuan behind it."""
    fen = int(Decimal(str(row[name])) * 100)
    row[name] = f"{fen}.00" if isinstance(row[name], str) else float(fen)


def _yuan(row: dict[str, Any], name: str) -> None:
    """Fen are told in yuan from now on, in the same type."""
    row[name] = type(row[name])(int(row[name]) // 100)


def _yuan_in_form(row: dict[str, Any], name: str) -> None:
    """The same, with two places."""
    row[name] = f"{int(row[name]) / 100:.2f}"


CHANGES: dict[str, Change] = {
    "renamed": _rename,
    "gone": _drop,
    "null": _null,
    "wrapped": _wrap,
    "in a list": _list,
    "of another type": _type,
    "a new word": _word,
    "in fen": _fen,
    "in fen, as yuan were": _fen_in_form,
    "in yuan": _yuan,
    "in yuan, with two places": _yuan_in_form,
}


def corpus() -> Iterator[Mutation]:
    """Every change of every field of every golden with records that applies to it."""
    for golden in WITH_RECORDS:
        fields: dict[tuple[str, ...], list[Way]] = {}
        for way in golden.places:
            if isinstance(way[-1], str):
                fields.setdefault(names(way), []).append(way)
        for ways in fields.values():
            for how in CHANGES:
                if applies(one := Mutation(golden, tuple(ways), how)):
                    yield one


def some(each: int, seed: int) -> list[Mutation]:
    """So many of each change for each channel, the same every time."""
    chosen = random.Random(seed)
    boxes: dict[tuple[str, str], list[Mutation]] = {}
    for one in corpus():
        boxes.setdefault((one.golden.channel, one.how), []).append(one)
    return [
        one for box in boxes.values() for one in chosen.sample(box, min(each, len(box)))
    ]


def applies(one: Mutation) -> bool:
    """Whether the change is one of this field: an amount's unit, a word where there are
    words."""
    values = [at(one.golden.body, way) for way in one.ways]
    told = [value for value in values if value not in (None, "")]
    unit = {unit_of(one.golden, way) for way in one.ways}
    if one.how.startswith("in fen"):
        return YUAN in unit and len(told) == len(values)
    if one.how.startswith("in yuan"):
        return FEN in unit and len(told) == len(values)
    if one.how == "a new word":
        return one.field[-1].lower().endswith(("status", "state", "type"))
    return bool(told)
