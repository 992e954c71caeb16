"""Whether a class keeps its contract whole: what of it may be changed, and how visibly.

The contract's tests are those of the classes in this package. One that a platform can't
pass may be replaced if it stays in sight: marked `xfail(reason="why")`. pytest refuses to
collect a class that has replaced or removed one in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

HERE = f"{__name__.rpartition('.')[0]}."


def complaint_about(cls: type) -> str | None:
    """What is to be told of a class that hides tests of its contract; None if none."""
    if not (names := hidden(cls)):
        return None
    return "\n".join(
        f"{cls.__name__}.{name}: overrides a test of the contract"
        ' without @pytest.mark.xfail(reason="...")'
        for name in names
    )


def hidden(cls: type) -> list[str]:
    """The contract's tests that a class has replaced or removed without saying why."""
    changed = {name for name, ours in _tests(cls) if getattr(cls, name, None) is not ours}
    return sorted(name for name in changed if not _is_excused(getattr(cls, name, None)))


def _tests(cls: type) -> Iterator[tuple[str, Any]]:
    """The contract's tests as the contract has them."""
    ours = [base for base in cls.__mro__ if base.__module__.startswith(HERE)]
    told: set[str] = set()
    for base in ours:
        for name, value in vars(base).items():
            if name.startswith("test_") and name not in told:
                told.add(name)
                yield name, value


def _is_excused(test: Any) -> bool:
    """Marked xfail, with a reason."""
    marks = [m for m in getattr(test, "pytestmark", []) if m.name == "xfail"]
    return any(str(mark.kwargs.get("reason") or "").strip() for mark in marks)
