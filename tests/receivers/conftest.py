"""The stores of `tests/store`, SQLite and PostgreSQL."""

from tests.store.conftest import database, kind, shop, sqlite_template, store

__all__ = ["database", "kind", "shop", "sqlite_template", "store"]
