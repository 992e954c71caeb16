"""What a platform's rows look like, counted: which fields there are, how they are written.

A tree has a node for each field. Of values only the form is kept: text or number, digits
or decimals, and of a field that speaks in words the word. Never anything else of a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ...wire.names import (
    COUNTED,
    IDENTIFIER,
    IDENTITY,
    MONEY,
    PERSONAL,
    TIMELY,
    UNKNOWN,
    WORD,
    WORDY,
    parts_of,
)

OBJECT, LIST, EACH = "object", "list", "[]"
DIGITS, DECIMAL = "digits", "decimal"
MOST_FIELDS = 150
"""An object with more of them is keyed by something else than fields' names."""
MOST_WORDS = 40
"""A field with more different ones does not speak in words."""
RECURRING = 3
"""In so many rows a name must have been to be a field's and not somebody's."""
Dumped = list[Any]


class Sort(NamedTuple):
    """What a field's name says of it."""

    money: bool
    wordy: bool
    timely: bool
    grave: bool
    """Money, state, number or identity, and not a person's."""


@lru_cache(maxsize=8192)
def sort_of(name: str) -> Sort:
    """What a field called so holds, as far as its name tells."""
    parts = parts_of(name)
    own = not PERSONAL.intersection(parts[:-1])
    money, counted = bool(MONEY.intersection(parts)), bool(COUNTED.intersection(parts))
    wordy = bool(parts) and parts[-1] in WORDY and own
    ids = bool(IDENTITY.intersection(parts))
    timely = bool(TIMELY.intersection(parts))
    personal = bool(PERSONAL.intersection(parts))
    return Sort(money, wordy, timely, (money or wordy or counted or ids) and not personal)


@lru_cache(maxsize=8192)
def _shown(name: str) -> str:
    return name if name == EACH or IDENTIFIER.fullmatch(name) else UNKNOWN


class Node:
    """One field, counted."""

    __slots__ = ("forms", "keys", "kids", "seen", "sort")

    def __init__(self, name: str) -> None:
        self.sort = sort_of(name)
        self.keys = 0
        """How often it was there at all."""
        self.seen = 0
        """How often it had a value; an empty text, list or object is none."""
        self.forms: dict[str, int] = {}
        self.kids: dict[str, Node] = {}

    @property
    def objects(self) -> int:
        """How often it was an object, with fields of its own."""
        return self.forms.get(OBJECT, 0)

    def take(self, value: Any) -> None:
        """Count one value."""
        self.keys += 1
        if value is None or value == "":
            return
        kind = type(value)
        if kind is dict:
            if value:
                self._take_object(value)
        elif kind is list:
            if value:
                self._take_list(value)
        else:
            self.seen += 1
            made = form(value, self.sort)
            if made in self.forms or len(self.forms) < MOST_WORDS:
                self.forms[made] = self.forms.get(made, 0) + 1

    def _take_object(self, value: dict[str, Any]) -> None:
        self.seen += 1
        self.forms[OBJECT] = self.forms.get(OBJECT, 0) + 1
        kids = self.kids
        for name, inner in value.items():
            (kids.get(name) or self.kid(name)).take(inner)

    def _take_list(self, value: list[Any]) -> None:
        self.seen += 1
        self.forms[LIST] = self.forms.get(LIST, 0) + 1
        each = self.kids.get(EACH) or self.kid(EACH)
        for inner in value:
            each.take(inner)

    def kid(self, name: str) -> Node:
        """The node of a field of its own."""
        name = _shown(name) if len(self.kids) < MOST_FIELDS or name == EACH else UNKNOWN
        if name not in self.kids:
            self.kids[name] = Node(name)
        return self.kids[name]

    def merge(self, other: Node) -> None:
        """Count what the other has counted, too."""
        self.keys += other.keys
        self.seen += other.seen
        for made, count in other.forms.items():
            if made in self.forms or len(self.forms) < MOST_WORDS:
                self.forms[made] = self.forms.get(made, 0) + count
        for name, kid in other.kids.items():
            (self.kids.get(name) or self.kid(name)).merge(kid)

    def halve(self) -> None:
        """Let what was counted long ago weigh less; what was there once stays known."""
        self.keys, self.seen = (self.keys + 1) // 2, (self.seen + 1) // 2
        self.forms = {made: (count + 1) // 2 for made, count in self.forms.items()}
        for kid in self.kids.values():
            kid.halve()

    # Keeping ---------------------------------------------------------------------------

    def dump(self) -> Dumped:
        """For the store."""
        kids = {name: kid.dump() for name, kid in self.kids.items()}
        return [self.keys, self.seen, self.forms, kids]

    @classmethod
    def load(cls, dumped: Dumped, name: str = "") -> Node:
        """What `dump` gave."""
        node = cls(name)
        node.keys, node.seen, node.forms = dumped[0], dumped[1], dict(dumped[2])
        node.kids = {name: cls.load(kid, name) for name, kid in dumped[3].items()}
        return node

    def is_grave(self) -> bool:
        """Whether it, or anything in it, is money, state, number or identity."""
        return self.sort.grave or any(kid.is_grave() for kid in self.kids.values())


def form(value: Any, sort: Sort) -> str:
    """How a value is written, and of a word the word. Readers take a number and the same
    as text alike, so that is one form."""
    kind = type(value)
    if kind is bool:
        return "boolean"
    if sort.wordy and (kind is int or (kind is str and len(value) <= 60)):
        text = str(value)
        fits = WORD.fullmatch(text) or (len(text) < 8 and text.lstrip("-").isdecimal())
        return f"word {text}" if fits else "text"
    if kind is not str:
        return DIGITS if kind is int else DECIMAL
    if value.lstrip("-").isdecimal():
        return DIGITS
    if sort.money and "." in value:
        return DECIMAL
    return "text"


def plain(path: tuple[str, ...], tree: Node) -> str:
    """A path as it may be shown: a name that few rows have may be a person's."""
    said, node = ["$"], tree
    for name in path:
        node = node.kids.get(name) or Node(name)
        shown = name == EACH or node.keys >= RECURRING
        said.append(name if shown else UNKNOWN)
    return ".".join(said).replace(f".{EACH}", EACH)


# Where it stands in a row --------------------------------------------------------------


def values_at(row: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value of a field in a row; None for an object that lacks it."""
    if not path:
        yield row
    elif path[0] == EACH:
        for inner in row if isinstance(row, list) else ():
            yield from values_at(inner, path[1:])
    elif isinstance(row, dict) and row:
        inner = row.get(path[0])
        if len(path) == 1:
            yield inner
        elif inner is not None:
            yield from values_at(inner, path[1:])


def has_value(value: Any) -> bool:
    """Whether there is something."""
    return value is not None and value not in ("", [], {})
