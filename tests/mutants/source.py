"""The files that are mutated, and the places in them where a fault would mean something."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = ("douyin_laike", "jd", "pinduoduo", "taobao")
FOLDERS = ("adapters", "connectors")
SAID = {"repr", "title", "status", "strict", "advice"}
"""Keywords that are only read by people."""
PACES = {"Limit", "TypeVar"}
"""Calls all of whose numbers only pace, or whose arguments only the type checker reads."""


@dataclass(frozen=True)
class Spot:
    """One node, with what it stands in, outermost first."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    file: File = field(repr=False)

    @property
    def parent(self) -> ast.AST:
        return self.parents[-1]

    def inside(self, *kinds: type[ast.AST]) -> Any:
        """The innermost of these it stands in."""
        return next((p for p in reversed(self.parents) if isinstance(p, kinds)), None)

    @property
    def is_wire(self) -> bool:
        """A field of a model that checks what comes or goes."""
        named = getattr(self.parent, "name", "")
        found = getattr(self.file.loaded, named, None)
        return inspect.isclass(found) and issubclass(found, BaseModel)


@dataclass(frozen=True)
class File:
    """One module of a channel."""

    path: str
    """Beneath the checkout: `adapters/jd/cases.py`."""
    text: str

    def __str__(self) -> str:
        return self.path

    @property
    def channel(self) -> str:
        return self.path.split("/")[1]

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def loaded(self) -> Any:
        """The module itself: it tells what a call takes."""
        return import_module(self.module)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of the tree's, in the order of a walk through it."""
        return list(ast.walk(self.tree))

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each node stands in it."""
        return {id(node): place for place, node in enumerate(self.nodes)}

    @cached_property
    def unread(self) -> set[int]:
        """Defaults of arguments that a function takes for others' sake and never reads."""
        functions = [n for n in self.nodes if isinstance(n, ast.FunctionDef)]
        return {id(default) for f in functions for default in _unread(f)}

    @cached_property
    def spots(self) -> list[Spot]:
        """All places but those where no fault can be, or none that anyone would mind."""
        return list(_spots(self, self.tree, ()))

    def called(self, call: ast.Call) -> Any:
        """What is called, if its name tells."""
        found: Any = self.loaded
        for name in _dotted(call.func):
            found = getattr(found, name, None)
        return found if found is not self.loaded else None


def files(channel: str) -> list[File]:
    """All of one channel's, in order."""
    paths = [
        p for folder in FOLDERS for p in sorted((ROOT / folder / channel).glob("*.py"))
    ]
    return [File(p.relative_to(ROOT).as_posix(), p.read_text("utf-8")) for p in paths]


def _spots(file: File, node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[Spot]:
    if parents:
        yield Spot(node, parents, file)
    for name, child in _children(node):
        if id(child) not in file.unread and not _is_mute(node, name, child):
            yield from _spots(file, child, (*parents, node))


def _unread(function: ast.FunctionDef) -> Iterator[ast.expr]:
    body = [n for statement in function.body for n in ast.walk(statement)]
    read = {n.id for n in body if isinstance(n, ast.Name)}
    asked = function.args
    plain = asked.args[len(asked.args) - len(asked.defaults) :]
    pairs = [*zip(plain, asked.defaults, strict=False)]
    pairs += [(a, d) for a, d in zip(asked.kwonlyargs, asked.kw_defaults, strict=True) if d]
    yield from (default for argument, default in pairs if argument.arg not in read)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _is_mute(node: ast.AST, name: str, child: ast.AST) -> bool:
    """Annotations, decorators, docstrings, texts for people, what only types need."""
    if name in ("annotation", "returns", "decorator_list"):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(child, ast.Assign | ast.AnnAssign):
        return _targets(child) <= {"__all__", "model_config"}
    if isinstance(child, ast.If) and _dotted(child.test) == ["TYPE_CHECKING"]:
        return True
    if isinstance(child, ast.keyword):
        return child.arg in SAID
    if isinstance(child, ast.Call):
        return _dotted(child.func)[-1:] in [[name] for name in PACES]
    return isinstance(node, ast.Raise | ast.JoinedStr) and _is_text(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {t.id if isinstance(t, ast.Name) else "?" for t in targets}


def _dotted(node: ast.AST) -> list[str]:
    """`a.b.c` as its names; anything else as none."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return [*before, node.attr]
    return []
