"""Every hook is documented by its exact signature, and has a test named after it."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from hub_core.hookspecs import Hooks

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "plugins.md"
HOOKS = [name for name in vars(Hooks) if not name.startswith("_")]


def heading(name: str) -> str:
    """`hub_orders(session: Session) -> Source | None`, as the page has to have it."""
    signature = inspect.signature(getattr(Hooks, name))
    own = [p for p in signature.parameters.values() if p.name != "self"]
    return name + str(signature.replace(parameters=own)).replace("'", "")


def documented() -> list[str]:
    page = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^### `(hub_\w+.*)`$", page, re.MULTILINE)


@cache
def names_of_tests() -> set[str]:
    files = [ast.parse(p.read_text(encoding="utf-8")) for p in TESTS.rglob("test_*.py")]
    nodes = [node for file in files for node in ast.walk(file)]
    return {n.name for n in nodes if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_by_its_signature(hook: str) -> None:
    assert heading(hook) in documented()


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_test_named_after_it(hook: str) -> None:
    assert [name for name in names_of_tests() if re.match(rf"test_{hook}(_|$)", name)]


def test_the_page_tells_of_no_hook_there_is_not() -> None:
    assert {line.partition("(")[0] for line in documented()} == set(HOOKS)


def test_a_hook_has_the_prefix_and_says_what_it_is_for() -> None:
    assert [h for h in HOOKS if not h.startswith("hub_")] == []
    assert [h for h in HOOKS if not inspect.getdoc(getattr(Hooks, h))] == []


def test_a_signature_is_written_as_a_reader_expects_it() -> None:
    assert heading("hub_orders") == "hub_orders(session: Session) -> Source | None"
