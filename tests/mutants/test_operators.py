"""What faults are made of a piece of code, and of which no fault is made."""

from __future__ import annotations

import ast
from types import ModuleType

import pytest

from .choosing import Mutant, mutants
from .operators import OPERATORS
from .source import File

MADE = [
    ("comparison", "x = a < b", "x = a <= b"),
    ("comparison", "x = a is b", "x = a is not b"),
    ("comparison", "x = a in b", "x = a not in b"),
    ("negation", "if a:\n    b()", "if not a:\n    b()"),
    ("negation", "x = [a for a in b if not c(a)]", "x = [a for a in b if c(a)]"),
    ("connective", "x = a and b", "x = a or b"),
    ("truth", "x = f(True)", "x = f(False)"),
    ("off by one", "x = a[0]", "x = a[1]"),
    ("dropped one", "x = f(a - 1)", "x = f(a)"),
    ("extreme", "x = min(a, b)", "x = max(a, b)"),
    ("converter", "class W(Wire):\n    a: SomeYuan = None", "a: SomeWhole = None"),
    ("converter", "x = math.floor(a)", "x = math.ceil(a)"),
    ("unit", "x = timedelta(seconds=a)", "x = timedelta(milliseconds=a)"),
    ("required", "class W(Wire):\n    a: SomeText = None", "a: SomeText"),
    ("optional", "class W(Wire):\n    a: Yuan", "a: SomeYuan = None"),
    ("key", "x = a['one'], a.get('two')", "x = (a['two'], a.get('two'))"),
    ("key", "x = {'one': a, 'two': b}", "x = {'two': a, 'two': b}"),
    ("endpoint", "x = f(endpoint='a.b.get')", "x = f(endpoint='a.b.g')"),
    ("swapped words", "x = {'a': A, 'b': A, 'c': B}", "x = {'a': A, 'b': B, 'c': A}"),
    ("member", "x = Effect.REFUSED; y = Effect.UNKNOWN", "x = Effect.UNKNOWN"),
    ("nothing returned", "def f():\n    return a", "return None"),
    ("dropped statement", "a.append(b)", "pass"),
    ("dropped statement", "a += b", "pass"),
    ("dropped statement", "raise A", "pass"),
    ("dropped keyword", "x = Issue('a', 'b'); y = Page((), total=a)", "y = Page(())"),
]  # fmt: skip
NOT_MADE = [
    "'''Says 1 and 2.'''",
    "__all__ = ['one', 'two']",
    "def f(a: Literal['one', 'two']) -> dict[str, 1]: ...",
    "@dataclass(frozen=True, slots=True)\nclass A: ...",
    "assert isinstance(a, B) and 1 < 2",
    "if TYPE_CHECKING:\n    a = 1",
    "LIMITS = (Limit(calls=5, seconds=1.0, per='shop'),)",
    "class W(Wire):\n    a: SomeText = Field(repr=False)",
    "class W(Wire):\n    model_config = ConfigDict(frozen=True)",
    "x = Page((), total=None)",
    "def f(a, *, count=False):\n    yield a",
]
"""No fault of these would be one that anybody could notice."""
START = (
    "from hub_core.wire import *\nfrom hub_core.models import *\nfrom pydantic import *\n"
)


def of(text: str) -> list[Mutant]:
    """The faults of a piece of code in which the hub's words have their meaning."""
    file = File("adapters/nowhere/piece.py", text)
    module = ModuleType("piece")
    exec(START, vars(module))  # noqa: S102
    if "class W" in text:
        exec(text, vars(module))  # noqa: S102
    vars(file)["loaded"] = module
    return list(mutants(file))


@pytest.mark.parametrize(("operator", "before", "after"), MADE)
def test_a_fault_is_made(operator: str, before: str, after: str) -> None:
    made = [ast.unparse(m.tree) for m in of(before) if m.operator == operator]
    assert any(after in text for text in made), made


@pytest.mark.parametrize("text", NOT_MADE)
def test_what_nobody_could_notice_is_left_alone(text: str) -> None:
    assert [str(m) for m in of(text)] == []


def test_every_operator_is_shown_to_make_something() -> None:
    assert {name for name, _, _ in MADE} == set(OPERATORS)


def test_a_mutant_is_told_by_its_line_and_what_changed() -> None:
    (told,) = [str(m) for m in of("a = 1\nb = a.c is d") if m.operator == "comparison"]
    assert (
        told == "adapters/nowhere/piece.py:2  a = 1 b = a.c is d -> a = 1 b = a.c is not d"
    )
