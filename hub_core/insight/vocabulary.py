"""The words a channel's own code knows: what may be written down of an answer in clear.

A field's name or a status word that the adapter or the sandbox spells out comes from the
platform's documents. Everything else in an answer may be a person's, even a key.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..wire.names import IDENTIFIER, parts_of

DIGITS = 2
"""How many a known name may have: address2 is a field, user13800138000 is a person."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names and words that are nobody's data."""

    parts: frozenset[str]
    """What field names are made of, in lower case: order, no, list …"""
    texts: frozenset[str]
    """Whole texts: status words, codes."""
    numbers: frozenset[int] = frozenset()

    def knows(self, name: str) -> bool:
        """Whether a field's name is made of known parts."""
        if not IDENTIFIER.fullmatch(name) or sum(c.isdigit() for c in name) > DIGITS:
            return False
        return all(part in self.parts for part in parts_of(name))

    def with_names(self, names: Iterable[str]) -> Vocabulary:
        """The same, knowing these names too."""
        more = {part for name in names for part in parts_of(name)}
        return Vocabulary(self.parts | more, self.texts, self.numbers)


def vocabulary(*packages: str) -> Vocabulary:
    """All that is spelled out in these packages' sources."""
    found = [value for package in packages for value in _constants(package)]
    texts = {value for value in found if isinstance(value, str)}
    names = [text for text in texts if IDENTIFIER.fullmatch(text)]
    return Vocabulary(
        frozenset(part for name in names for part in parts_of(name)),
        frozenset(texts),
        frozenset(value for value in found if type(value) is int),
    )


def _constants(package: str) -> Iterator[object]:
    for folder in importlib.import_module(package).__path__:
        for path in sorted(Path(folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant):
                    yield from _words(node.value)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    yield node.target.id  # a field of a wire model


def _words(value: object) -> Iterator[object]:
    """A constant, and where it is a list in one text (a,b c) its words."""
    yield value
    if isinstance(value, str) and len(value) < 20_000:
        yield from re.findall(r"[A-Za-z_][A-Za-z0-9_]+", value)
