"""JSON from whoever may send it: one document, whole, in which nothing is said twice.

What is signed by `hash(secret + body)` can be lengthened by somebody who does not know the
secret; the bytes such a forger has to add are no JSON. So none but a whole document is
taken, and no reader takes of it what another would not.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .rows import JSON

DEEP = 16
"""Levels of objects and lists within one another."""
DIGITS = 24
"""Of one number."""
SPACE = " \t\r\n"
NESTED = re.compile(r"[\[{]")


def strict_json(raw: bytes | str) -> JSON:
    """The one JSON object the text is, from its first byte to its last.

    UTF-8 only and no mark before it; space may stand around it. Raises ValueError, quoting
    nothing, for all else: more bytes, a name said twice in one object, half a character,
    a number or a nesting beyond all sense.
    """
    text = _decoded(raw).strip(SPACE)
    if not (text.startswith("{") and text.endswith("}")):
        raise ValueError("no JSON object")
    if len(NESTED.findall(text)) > DEEP:
        _refuse_deep(text)
    try:
        found: JSON = READER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON at {error.pos}") from None
    if "\\u" in text:
        _refuse_halves(found)
    return found


def _decoded(raw: bytes | str) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("no UTF-8") from None


def _refuse_deep(text: str) -> None:
    """Counted without the parser, which would go as deep as it is led."""
    depth, inside, escaped = 0, False, False
    for letter in text:
        if inside:
            inside = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            if depth > DEEP:
                raise ValueError("nested too deeply")
        elif letter in "]}":
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> JSON:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is said twice")
    return found


def _whole(digits: str) -> int:
    return int(_short(digits))


def _number(digits: str) -> float:
    return float(_short(digits))


def _short(digits: str) -> str:
    if len(digits) > DIGITS:
        raise ValueError("a number is too long")
    return digits


def _constant(word: str) -> float:
    raise ValueError("NaN and Infinity are no JSON")


READER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_number, parse_constant=_constant
)


def _refuse_halves(value: Any) -> None:
    """An escape may write half a character, which no database and no UTF-8 takes."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_halves(name)
            _refuse_halves(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_halves(inner)
    elif isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("half a character") from None
