"""One version file reading what is kept, and two of them held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from dataclasses import fields as fields_of
from typing import Any

from ...errors import Misconfigured
from ...models import Issue, Record
from ...wire import pick, reread, shapes
from .kept import Kept

EXAMPLES = 3
OTHER_ID = "it is read as another record"


@dataclass(frozen=True, slots=True)
class Reader:
    """A version file of records, with the facts its channel is configured with."""

    shape: str
    module: Any
    facts: Mapping[str, str]

    @property
    def apart(self) -> tuple[str, ...]:
        """What another answer told, and the raw form does not hold."""
        found: tuple[str, ...] = getattr(self.module, "APART", ())
        return found

    def read(self, kept: Kept) -> Record | str:
        """The record, or why it cannot be read, without its values."""
        found = self.read_raw(kept.raw)
        if isinstance(found, str) or found.external_id == kept.external_id:
            return found
        return OTHER_ID

    def read_raw(self, raw: Any) -> Record | str:
        """The same of a raw form, whosever it is."""
        return reread(self.module, raw, self.facts)


def reader(package: str, area: str, number: int | None, facts: Mapping[str, str]) -> Reader:
    """A version file by its number; None: the newest.

    Raises Misconfigured where there is none, or it is not one of records.
    """
    if area not in (known := shapes(package)):
        there = ", ".join(sorted(known)) or "none"
        raise Misconfigured(f"{package} has no area {area!r}; it has: {there}")
    module = pick(package, area, number)
    shape = module.__name__.rpartition(".")[2]
    if not hasattr(module, "READ_ROW"):
        raise Misconfigured(f"{shape} of {package} reads no kept records: no READ_ROW")
    return Reader(shape, module, facts)


# Two versions --------------------------------------------------------------------------


@dataclass(slots=True)
class FieldCount:
    """How often one field was not read alike, and where to look."""

    only_a: int = 0
    only_b: int = 0
    """The other version says nothing of it."""
    unlike: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Records in which it was not read alike."""
        return self.only_a + self.only_b + self.unlike


@dataclass(slots=True)
class Comparison:
    """What two version files make of the same records. Holds no value of any of them."""

    a: str
    b: str
    records: int = 0
    same: int = 0
    fields: dict[str, FieldCount] = field(default_factory=dict)
    unread: dict[str, dict[str, FieldCount]] = field(default_factory=dict)
    """Version file to reason to records that only it, or both, could not read."""

    def add(self, kept: Kept, one: Record | str, other: Record | str) -> None:
        """Count one record as both have read it."""
        self.records += 1
        for shape, found in ((self.a, one), (self.b, other)):
            if isinstance(found, str):
                _note(self.unread.setdefault(shape, {}), found, "unlike", kept.external_id)
        if isinstance(one, str) or isinstance(other, str):
            return
        found_in = Counter(differences(one, other))
        self.same += not found_in
        for name, how in _one_each(found_in).items():
            _note(self.fields, name, how, kept.external_id)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "a": self.a, "b": self.b, "records": self.records, "same": self.same,
            "fields": [
                {"field": name, "records": c.total, "only_a": c.only_a,
                 "only_b": c.only_b, "unlike": c.unlike, "examples": c.examples}
                for name, c in sorted(self.fields.items(), key=lambda x: -x[1].total)
            ],
            "unread": [
                {"shape": shape, "reason": why, "records": c.total, "examples": c.examples}
                for shape, reasons in sorted(self.unread.items())
                for why, c in sorted(reasons.items(), key=lambda x: -x[1].total)
            ],
        }  # fmt: skip


def _note(counts: dict[str, FieldCount], name: str, how: str, external_id: str) -> None:
    found = counts.setdefault(name, FieldCount())
    setattr(found, how, getattr(found, how) + 1)
    if len(found.examples) < EXAMPLES:
        found.examples.append(external_id)


def _one_each(found: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """A field once a record, however many lines it differs in."""
    each: dict[str, str] = {}
    for name, how in found:
        each[name] = how if each.get(name, how) == how else "unlike"
    return each


def differences(a: Any, b: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(field, `only_a` | `only_b` | `unlike`) wherever two records do not agree.

    Rows within are told apart by their ids, else by their place; `lines.quantity` names a
    field of all of them.
    """
    if is_dataclass(a) and is_dataclass(b) and type(a) is type(b):
        for one in fields_of(a):
            inner = f"{name}.{one.name}" if name else one.name
            yield from differences(getattr(a, one.name), getattr(b, one.name), inner)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key), b.get(key), f"{name}.{key}")
    elif _are_rows(a) and _are_rows(b):
        yield from differences_of_rows(_by_id(a), _by_id(b), name)
    elif a != b:
        yield name, _how(a, b)


def differences_of_rows(
    a: Mapping[Any, Any], b: Mapping[Any, Any], name: str
) -> Iterator[tuple[str, str]]:
    """The same for rows by what tells them apart."""
    if a.keys() - b.keys():
        yield name, "only_a"
    if b.keys() - a.keys():
        yield name, "only_b"
    for key in a.keys() & b.keys():
        yield from differences(a[key], b[key], name)


def _how(a: Any, b: Any) -> str:
    nothing: tuple[Any, ...] = (None, (), {}, "")
    return "only_b" if a in nothing else "only_a" if b in nothing else "unlike"


def _are_rows(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        is_dataclass(one) and not isinstance(one, Issue) for one in value
    )


def _by_id(rows: tuple[Any, ...]) -> dict[Any, Any]:
    ids = [getattr(row, "external_id", None) for row in rows]
    named = None not in ids and len(set(ids)) == len(ids)
    return dict(zip(ids if named else range(len(rows)), rows, strict=True))
