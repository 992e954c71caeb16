"""The faults: each operator yields what may stand in a place instead of what does.

A fault is one a person could make and a merchant would feel. What changes nothing anyone
could see (a smaller page, a longer pause, another word in an error's text) is not made.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hub_core import models, ports

from .source import SAID, File, Spot

Operator = Callable[[Spot], Iterator[ast.AST]]
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
READ_AS = {
    "SomeYuan": "SomeWhole",
    "SomeWhole": "SomeYuan",
    "Yuan": "Whole",
    "Whole": "Yuan",
    "ClockText": "Epoch",
    "Pieces": "Whole",
    "SomePieces": "SomeYuan",
    "clock_text": "epoch",
    "floor": "ceil",
    "ceil": "floor",
}
"""Converters by one that is near: yuan read as fen, Beijing's clock as epoch seconds."""
OPTIONAL = {
    "Yuan": "SomeYuan",
    "Whole": "SomeWhole",
    "Pieces": "SomePieces",
    "Text": "SomeText",
    "Id": "SomeId",
    "Flag": "SomeFlag",
}
UNITS = {
    "milliseconds": "seconds",
    "seconds": "milliseconds",
    "minutes": "seconds",
    "hours": "minutes",
    "days": "hours",
}
ALIASES = {"alias", "serialization_alias", "validation_alias"}
KEY = re.compile(r"[A-Za-z0-9_.:-]+")
ENDPOINT = re.compile(r"/?\w+([./]\w+)+/?")
MEASURES = {"min_length", "max_length", "ge"}
"""Against blanks, noughts and nonsense: no platform has a word or an id so short or long
that one more or less would matter."""
LETTERS = 20
"""Who cuts a text after so many letters, or more, shortens what people read."""
SENT = {"send", "_replace", "ask"}
"""Methods whose keywords are data, whatever they are methods of."""


# Conditions ----------------------------------------------------------------------------


def comparison(spot: Spot) -> Iterator[ast.AST]:
    """`<` by `<=`, `==` by `!=`, `is` by `is not` …"""
    node = spot.node
    if isinstance(node, ast.Compare):
        ops = [SWAPPED[type(node.ops[0])](), *node.ops[1:]]
        yield ast.Compare(node.left, ops, node.comparators)


def negation(spot: Spot) -> Iterator[ast.AST]:
    """A condition by its opposite; of comparisons that is another operator."""
    node, parent = spot.node, spot.parent
    tested = isinstance(parent, ast.If | ast.IfExp | ast.While) and node is parent.test
    sifted = isinstance(parent, ast.comprehension) and node in parent.ifs
    if (tested or sifted) and isinstance(node, ast.expr):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node.operand
        elif not isinstance(node, ast.Compare):
            yield ast.UnaryOp(ast.Not(), node)


def connective(spot: Spot) -> Iterator[ast.AST]:
    """`and` by `or`."""
    node = spot.node
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)


def truth(spot: Spot) -> Iterator[ast.AST]:
    """True by False."""
    node = spot.node
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


# Numbers -------------------------------------------------------------------------------


def off_by_one(spot: Spot) -> Iterator[ast.AST]:
    """A whole number by the next one: less would often be no more than slower."""
    node, parent = spot.node, spot.parent
    if isinstance(parent, ast.keyword) and parent.arg in MEASURES:
        return
    if not isinstance(node, ast.Constant) or type(node.value) is not int:
        return
    if not isinstance(parent, ast.Slice) or node.value < LETTERS:
        yield ast.Constant(node.value + 1)


def dropped_one(spot: Spot) -> Iterator[ast.AST]:
    """`x + 1` and `x - 1` by `x`."""
    node = spot.node
    added = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    if added and isinstance(node.right, ast.Constant) and node.right.value == 1:
        yield node.left


def extreme(spot: Spot) -> Iterator[ast.AST]:
    """`min` by `max`, `any` by `all`."""
    node, parent = spot.node, spot.parent
    is_called = isinstance(parent, ast.Call) and node is parent.func
    if is_called and isinstance(node, ast.Name) and node.id in TWINS:
        yield ast.Name(TWINS[node.id], node.ctx)


# What is read and sent -----------------------------------------------------------------


def converter(spot: Spot) -> Iterator[ast.AST]:
    """A field, or a call, that reads yuan as fen or a clock's text as seconds."""
    node = spot.node
    if isinstance(node, ast.AnnAssign) and spot.is_wire:
        if (named := _name(node.annotation)) in READ_AS:
            yield _field(node, READ_AS[named], node.value)
    elif isinstance(node, ast.Call) and (named := _name(node.func)) in READ_AS:
        yield ast.Call(_renamed(node.func, READ_AS[named]), node.args, node.keywords)


def unit(spot: Spot) -> Iterator[ast.AST]:
    """Seconds by milliseconds, days by hours."""
    node, parent = spot.node, spot.parent
    of_time = isinstance(parent, ast.Call) and _name(parent.func) == "timedelta"
    if of_time and isinstance(node, ast.keyword) and node.arg in UNITS:
        yield ast.keyword(UNITS[node.arg], node.value)


def required(spot: Spot) -> Iterator[ast.AST]:
    """A field that may be missing by one that has to be there."""
    node = spot.node
    if not isinstance(node, ast.AnnAssign) or not spot.is_wire:
        return
    if _name(node.annotation).startswith("Some") and _is_none(node.value):
        yield ast.AnnAssign(node.target, node.annotation, None, node.simple)


def optional(spot: Spot) -> Iterator[ast.AST]:
    """A field that has to be there by one that may be missing."""
    node = spot.node
    if not isinstance(node, ast.AnnAssign) or node.value is not None or not spot.is_wire:
        return
    if (named := _name(node.annotation)) in OPTIONAL:
        yield _field(node, OPTIONAL[named], ast.Constant(None))


def key(spot: Spot) -> Iterator[ast.AST]:
    """A name of the platform's, or a key, by another of the same file."""
    if kind := _key_kind(spot):
        said, others = _text(spot), _keys(spot.file, kind)
        after = others[(others.index(said) + 1) % len(others)]
        if after != said:
            yield ast.Constant(after)


def endpoint(spot: Spot) -> Iterator[ast.AST]:
    """An operation's address by another of the same file, or by one that is none."""
    if _is_endpoint(spot):
        said = _text(spot)
        yield ast.Constant(min(_endpoints(spot.file) - {said}, default=said[:-2]))


# Meanings ------------------------------------------------------------------------------


def swapped_words(spot: Spot) -> Iterator[ast.AST]:
    """Two neighbours of a word map change their meanings."""
    node = spot.node
    if not isinstance(node, ast.Dict):
        return
    for n in range(len(node.values) - 1):
        here, there = node.values[n : n + 2]
        named = (
            None not in node.keys[n : n + 2] and _is_meaning(here) and _is_meaning(there)
        )
        if named and _meaning(here) != _meaning(there):
            values = [*node.values[:n], there, here, *node.values[n + 2 :]]
            yield ast.Dict(node.keys, values)


def member(spot: Spot) -> Iterator[ast.AST]:
    """A canonical word by another of its kind."""
    node = spot.node
    if isinstance(node, ast.Attribute) and _is_member(node) and not _is_value(spot):
        others = [m for m in _members(spot.file, _name(node.value)) if m != node.attr]
        if others:
            other = others[len(node.attr) % len(others)]
            yield ast.Attribute(node.value, other, node.ctx)


# Statements ----------------------------------------------------------------------------


def nothing_returned(spot: Spot) -> Iterator[ast.AST]:
    """None by what was worked out."""
    node = spot.node
    if isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))


def dropped_statement(spot: Spot) -> Iterator[ast.AST]:
    """A call made for its effect, an addition, a refusal: not made."""
    node = spot.node
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    put = isinstance(node, ast.Assign) and isinstance(
        node.targets[0], ast.Attribute | ast.Subscript
    )
    if called or put or isinstance(node, ast.AugAssign | ast.Raise):
        yield ast.Pass()


def dropped_keyword(spot: Spot) -> Iterator[ast.AST]:
    """An argument that may be left out, and is not said to be what it would be then."""
    node = spot.node
    if not isinstance(node, ast.Call):
        return
    for dropped in node.keywords:
        if dropped.arg and dropped.arg not in SAID and _may_go(spot, node, dropped):
            rest = [k for k in node.keywords if k is not dropped]
            yield ast.Call(node.func, node.args, rest)


OPERATORS: dict[str, Operator] = {
    operator.__name__.replace("_", " "): operator
    for operator in (
        *(comparison, negation, connective, truth, off_by_one, dropped_one, extreme),
        *(converter, unit, required, optional, key, endpoint, swapped_words, member),
        *(nothing_returned, dropped_statement, dropped_keyword),
    )
}


# What a node is ------------------------------------------------------------------------


def _name(node: ast.AST | None) -> str:
    """The last name of `a.b.c`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _renamed(node: ast.AST, name: str) -> Any:
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, name, node.ctx)
    return ast.Name(name, ast.Load())


def _field(node: ast.AnnAssign, kind: str, value: ast.expr | None) -> ast.AST:
    return ast.AnnAssign(node.target, ast.Name(kind, ast.Load()), value, node.simple)


def _is_none(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _text(spot: Spot) -> str:
    """The text that stands there; "" where none does."""
    value = getattr(spot.node, "value", None)
    return value if isinstance(spot.node, ast.Constant) and isinstance(value, str) else ""


def _key_kind(spot: Spot) -> str:
    """How a text is used as a name: in an index, as a key, as an alias; else nothing."""
    node, parent = spot.node, spot.parent
    if not KEY.fullmatch(_text(spot)):
        return ""
    if isinstance(parent, ast.keyword) and parent.arg in ALIASES:
        return "alias"
    if isinstance(parent, ast.Dict) and node in parent.keys:
        return "key"
    gets = isinstance(parent, ast.Call) and _name(parent.func) in ("get", "pop")
    got = gets and isinstance(parent, ast.Call) and node in parent.args[:1]
    return "index" if got or isinstance(parent, ast.Subscript) else ""


@cache
def _keys(file: File, kind: str) -> list[str]:
    """The file's names of one kind; of all kinds where there is but one."""
    found = {_text(s) for s in file.spots if _key_kind(s) == kind}
    if len(found) == 1:
        found = {_text(s) for s in file.spots if _key_kind(s)}
    return sorted(found)


def _is_endpoint(spot: Spot) -> bool:
    node, parent = spot.node, spot.parent
    named = isinstance(parent, ast.keyword) and parent.arg in ("endpoint", "path")
    given = isinstance(parent, ast.Call) and node in parent.args
    return (named or given) and bool(ENDPOINT.fullmatch(_text(spot)))


@cache
def _endpoints(file: File) -> set[str]:
    return {_text(s) for s in file.spots if _is_endpoint(s)}


@cache
def _members(file: File, kind: str) -> list[str]:
    """The words of one kind that a file uses."""
    nodes = [s.node for s in file.spots if isinstance(s.node, ast.Attribute)]
    return sorted({n.attr for n in nodes if _is_member(n) and _name(n.value) == kind})


def _is_meaning(node: ast.AST) -> bool:
    """A canonical word, a class of error, a state by its name."""
    return isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Constant | ast.Tuple)


def _meaning(node: ast.expr) -> str:
    """What a value says, but for the words it says to people."""
    said = ast.dump(node)
    return re.sub(r"Constant\(value='[^']* [^']*'\)", "", said)


def _is_member(node: ast.Attribute) -> bool:
    """A word of one of the canonical enums."""
    kind = getattr(models, _name(node.value), None) or getattr(
        ports, _name(node.value), None
    )
    return node.attr in getattr(kind, "__members__", {})


def _is_value(spot: Spot) -> bool:
    """What a word map says: its own operator swaps them."""
    return isinstance(spot.parent, ast.Dict)


def _may_go(spot: Spot, call: ast.Call, dropped: ast.keyword) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in SENT:
        return True
    found = spot.file.called(call)
    if not callable(found):
        return False
    try:
        parameters = inspect.signature(found).parameters
    except ValueError:
        return False
    free = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    taken = parameters.get(dropped.arg or "")
    if taken is None:
        return free
    if taken.default is taken.empty:
        return False
    return not (
        isinstance(dropped.value, ast.Constant) and dropped.value.value == taken.default
    )
