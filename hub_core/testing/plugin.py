"""Found by pytest through its entry point; nearly empty, since it loads everywhere."""

from __future__ import annotations

import inspect

import pytest

from .whole import complaint_about

HERE = __name__.rpartition(".")[0]
REWRITTEN = (
    *("reading", "pages", "enduring", "records", "stock", "shipping", "boxes"),
    *("authorising", "consents", "consenting", "messages", "taking", "pushes"),
    *("posting", "questions", "asks", "answers"),
)
pytest.register_assert_rewrite(*(f"{HERE}.{name}" for name in REWRITTEN))


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """Refuse a class that hides tests of its contract."""
    if inspect.isclass(obj) and (said := complaint_about(obj)):
        raise collector.CollectError(said)
