"""Kinds of columns the tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel

BIGINT_KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only makes INTEGER a row id."""


class Row(SQLModel):
    """What all tables are. Rows are never validated, so that nothing is built for it."""

    model_config = {"defer_build": True}


def key() -> Any:
    """The internal key of a row."""
    return Field(default=None, sa_column=Column(BIGINT_KEY, primary_key=True))


def ref(index: bool = True) -> Any:
    """The internal key of another row."""
    return Field(sa_type=BigInteger, index=index)


def money() -> Any:
    """Minor units; NULL: not said."""
    return Field(default=None, sa_type=BigInteger)


def json() -> Any:
    """A small JSON object."""
    return Field(default_factory=dict, sa_type=JSON)


def sealed() -> Any:
    """AES-256-GCM (see `vault`)."""
    return Field(sa_type=LargeBinary)
