"""The shape of answers: paths, types, how often, and what kind of value; never a value.

A path is written when its field names are known (see `vocabulary`), else with `{?}` in
their place. Of a value only its form is kept: `digits(19)`, `decimal(.2)`, `clock-text`;
a word in clear only where the channel's own code spells it out, and never below a field
that may speak of a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..wire.names import PERSONAL, TIMELY, UNKNOWN, WORD, WORDY, parts_of
from .vocabulary import Vocabulary

CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NEVER = ("0000", "0001", "1970")
DECIMAL = re.compile(r"-?\d{1,15}\.(\d{1,6})")
HEX = re.compile(r"(?=.*\d)(?=.*[a-fA-F])[0-9a-fA-F]{16,}")
SECONDS = range(788_918_400, 4_102_444_800)
"""1995 to 2100."""


@dataclass(slots=True)
class Seen:
    """What stood at one path."""

    types: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)

    @property
    def present(self) -> int:
        """How often it was there at all, null included."""
        return self.types.total()


class Shape:
    """The shape of all answers to one call."""

    def __init__(self, known: Vocabulary) -> None:
        self._known = known
        self.answers = 0
        self.paths: dict[str, Seen] = {}

    def add(self, answer: Any) -> None:
        """Take one decoded answer's shape."""
        self.answers += 1
        self._walk("$", (), answer)

    def _walk(self, path: str, names: tuple[str, ...], value: Any) -> None:
        seen = self.paths.setdefault(path, Seen())
        seen.types[_type(value)] += 1
        if isinstance(value, Mapping):
            for key, inner in value.items():
                name = key if self._known.knows(key) else UNKNOWN
                self._walk(f"{path}.{name}", (*names, name), inner)
        elif isinstance(value, list):
            for inner in value:
                self._walk(f"{path}[]", names, inner)
        elif value is not None and not isinstance(value, bool):
            seen.forms[self._form(names, value)] += 1

    def _form(self, names: tuple[str, ...], value: str | float) -> str:
        last = parts_of(names[-1]) if names else []
        wordy = bool(last) and last[-1] in WORDY and UNKNOWN not in names
        clear = wordy and not _personal(names)
        if isinstance(value, str):
            known = clear and WORD.fullmatch(value) and value in self._known.texts
            return f"word {value}" if known else text_form(value, _timely(last))
        if isinstance(value, float):
            return "decimal"
        if clear and abs(value) < 1000 and value in self._known.numbers:
            return f"number {value}"
        return number_form(value, _timely(last))

    def as_dict(self) -> dict[str, Any]:
        """For a file: sorted by path, so that two can be compared by eye."""
        return {
            path: {
                "of": self.parents(path), "present": seen.present,
                "types": dict(sorted(seen.types.items())),
                "forms": dict(sorted(seen.forms.items())),
            }
            for path, seen in sorted(self.paths.items())
        }  # fmt: skip

    def parents(self, path: str) -> int:
        """How many objects could have had it."""
        parent = parent_of(path)
        if parent is None or path.endswith("[]"):
            return self.paths[path].present
        return self.paths[parent].types["object"]


def parent_of(path: str) -> str | None:
    """`$.a.b[]` is in `$.a.b`, that in `$.a`, that in `$`."""
    if path == "$":
        return None
    return path[:-2] if path.endswith("[]") else path.rpartition(".")[0]


def _personal(names: tuple[str, ...]) -> bool:
    """Whether it speaks of a person, by its own name or one above it; its name's last
    part only says what it is (`receiver_state` is a receiver's, `state` is not)."""
    parts = [part for name in names for part in parts_of(name)]
    return any(part in PERSONAL for part in parts[:-1])


def _timely(parts: list[str]) -> bool:
    return any(part in TIMELY for part in parts)


def _type(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return kinds.get(type(value)) or ("array" if isinstance(value, list) else "object")


def number_form(value: int, timely: bool) -> str:
    """What a whole number looks like."""
    if timely and value in SECONDS:
        return "epoch-seconds"
    if timely and value // 1000 in SECONDS:
        return "epoch-milliseconds"
    return f"{'negative ' if value < 0 else ''}digits({len(str(abs(value)))})"


def text_form(text: str, timely: bool) -> str:
    """What a text looks like, and nothing of what it says."""
    return next(_text_forms(text, timely))


def _text_forms(text: str, timely: bool) -> Iterator[str]:
    if not text.strip():
        yield "empty"
    if text.isascii() and text.isdigit():
        yield number_form(int(text), timely) if len(text) < 14 else f"digits({len(text)})"
    if found := DECIMAL.fullmatch(text):
        yield f"decimal(.{len(found[1])})"
    for form, pattern in (("clock-text", CLOCK), ("iso-text", ISO), ("day-text", DAY)):
        if pattern.fullmatch(text):
            yield "never-date" if text.startswith(NEVER) else form
    if text in ("true", "false"):
        yield "flag-text"
    if text.startswith(("http://", "https://", "//")):
        yield "url"
    if text[0] in "[{" and text[-1] in "]}":
        yield "json-text"
    if "*" in text:
        yield "masked-text"
    if HEX.fullmatch(text):
        yield "hex"
    yield "text" if text.isascii() else "text(wide)"
