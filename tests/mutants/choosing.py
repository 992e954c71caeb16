"""Which of all possible faults are made: chosen by a seed, spread over all there is."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from .operators import OPERATORS
from .source import File, files

CONTEXT = 24
"""Characters of a statement shown on both sides of what changed."""


@dataclass(frozen=True)
class Mutant:
    """One fault in one file."""

    file: File = field(repr=False)
    operator: str
    place: int
    """The node, in a walk through the file's tree."""
    new: ast.AST = field(repr=False)
    line: int

    @property
    def channel(self) -> str:
        return self.file.channel

    @property
    def tree(self) -> ast.Module:
        """The file with the fault in it."""
        tree = ast.parse(self.file.text)
        old = next(islice(ast.walk(tree), self.place, None))
        return ast.fix_missing_locations(_Replace(old, self.new).visit(tree))

    def __str__(self) -> str:
        """`file:line  before -> after`."""
        before, after = _difference(self.file.tree, self.tree)
        return f"{self.file.path}:{self.line}  {before} -> {after}"


class _Replace(ast.NodeTransformer):
    """One node of a tree by another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.old:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def mutants(file: File) -> Iterator[Mutant]:
    """All faults that one file can have."""
    for spot in file.spots:
        for name, operator in OPERATORS.items():
            for new in operator(spot):
                line = getattr(spot.node, "lineno", 0) or spot.inside(ast.stmt).lineno
                yield Mutant(file, name, file.places[id(spot.node)], new, line)


def chosen(channel: str, seed: int) -> Iterator[Mutant]:
    """A channel's mutants: every operator in its turn, each time in the file that has had
    the fewest so far. An edit of a file leaves the others' mutants as they are."""
    found = _shuffled([m for file in files(channel) for m in mutants(file)], seed)
    left = {name: [m for m in found if m.operator == name] for name in OPERATORS}
    turns = sorted(left, key=lambda name: _dice(seed, channel, name))
    used: Counter[str] = Counter()
    while any(left.values()):
        for name in turns:
            if left[name]:
                mutant = min(left[name], key=lambda m: used[m.file.path])
                left[name].remove(mutant)
                used[mutant.file.path] += 1
                yield mutant


def _shuffled(found: list[Mutant], seed: int) -> list[Mutant]:
    """By what they are, whatever else there is: the same fault twice in a file is told
    apart by which of the two comes first."""
    seen: Counter[str] = Counter()
    keyed = []
    for mutant in found:
        old = mutant.file.nodes[mutant.place]
        fault = (
            f"{mutant.file.path} {mutant.operator} {ast.dump(old)} {ast.dump(mutant.new)}"
        )
        keyed.append((_dice(seed, fault, str(seen[fault])), mutant))
        seen[fault] += 1
    return [mutant for _, mutant in sorted(keyed, key=lambda pair: pair[0])]


def _dice(seed: int, *what: str) -> bytes:
    return sha256("\n".join((str(seed), *what)).encode()).digest()


def _difference(before: ast.AST, after: ast.AST) -> tuple[str, str]:
    """What differs in two trees' text, with a little of what stands around it."""
    one, other = (" ".join(ast.unparse(tree).split()) for tree in (before, after))
    head = _shared(one, other)
    tail = _shared(one[head:][::-1], other[head:][::-1])
    return _cut(one, head, tail), _cut(other, head, tail)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    differ = (n for n, (mine, theirs) in pairs if mine != theirs)
    return next(differ, min(len(one), len(other)))


def _cut(text: str, head: int, tail: int) -> str:
    return text[max(0, head - CONTEXT) : len(text) - tail + CONTEXT]
