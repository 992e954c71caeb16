"""Found by pytest through its entry point; nearly empty, since it loads everywhere."""

from __future__ import annotations

import inspect

import pytest

from .needs import is_left_out
from .whole import complaint_about

HERE = __name__.rpartition(".")[0]
REWRITTEN = (
    *("reading", "pages", "enduring", "records", "stock", "shipping", "boxes"),
    *("authorising", "consents", "consenting", "messages", "taking", "pushes"),
    *("posting", "questions", "asks", "answers"),
)
pytest.register_assert_rewrite(*(f"{HERE}.{name}" for name in REWRITTEN))


def pytest_pycollect_makeitem(
    collector: pytest.Collector, name: str, obj: object
) -> list[pytest.Item] | None:
    """Refuse a class that hides tests of its contract; leave out what a platform lacks."""
    if inspect.isclass(obj) and (said := complaint_about(obj)):
        raise collector.CollectError(said)
    if isinstance(collector, pytest.Class) and is_left_out(collector.obj, name, obj):
        return []
    return None
