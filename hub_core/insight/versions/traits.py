"""What one value shows, besides itself: there, of a type, of a form, a known word."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ...wire.names import MONEY, TIMELY, UNKNOWN, WORD, WORDY, parts_of
from ..shapes import number_form, text_form
from ..vocabulary import Vocabulary

KEY, VALUE, OBJECT = "key", "value", "object"
Trait = tuple[str, str]
"""(kind, which): there at all, with a value, of a type, of a form."""


def shown(names: tuple[str, ...], value: Any, known: Vocabulary) -> Iterator[Trait]:
    """All that one value shows; `names` lead to it."""
    yield KEY, ""
    if value is None or value == "":
        return
    yield VALUE, ""
    if isinstance(value, Mapping | list):
        yield "type", OBJECT if isinstance(value, Mapping) else "array"
        return
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    yield "type", kinds[type(value)]
    if isinstance(value, bool) or value == 0:
        return
    last = _parts(names[-1]) if names else ()
    yield "form", _form(value, timely=not TIMELY.isdisjoint(last))
    if last and last[-1] in WORDY and not _is_word(value, known):
        yield "word", UNKNOWN


def _form(value: Any, *, timely: bool) -> str:
    """A family of forms: how long a number is says nothing."""
    if isinstance(value, float):
        return "decimal"
    made = (
        number_form(value, timely) if isinstance(value, int) else text_form(value, timely)
    )
    family = made.partition("(")[0].removeprefix("negative ")
    return "text" if family in ("text", "masked-text", "hex", "empty") else family


def _is_word(value: Any, known: Vocabulary) -> bool:
    """Whether the code spells it out; what is no word at all is none of its business."""
    if isinstance(value, int):
        return value in known.numbers or str(value) in known.texts
    if isinstance(value, str) and (WORD.fullmatch(value) or value.isdecimal()):
        return value in known.texts or (
            value.isdecimal() and len(value) < 10 and int(value) in known.numbers
        )
    return True


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(parts_of(name))


def is_money(path: str) -> bool:
    """Whether a path ends in the name of an amount."""
    return not MONEY.isdisjoint(_parts(path.rpartition(".")[2]))


def size(name: str, value: Any) -> float | None:
    """The power of ten of an amount; 0 and what is none have no size."""
    if isinstance(value, bool) or MONEY.isdisjoint(_parts(name)):
        return None
    try:
        number = abs(float(value))
    except (TypeError, ValueError):
        return None
    return math.log10(number) if 0 < number < math.inf else None
