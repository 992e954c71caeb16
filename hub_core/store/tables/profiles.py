"""What a shop's records are like, so that what is not like them is noticed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from .columns import Row, sealed


class ProfileRow(Row, table=True):
    """One shop's records in one shape, counted: fields and forms, sizes of amounts."""

    __tablename__ = "profile"

    shop_id: int = Field(primary_key=True, sa_type=BigInteger)
    shape: str = Field(primary_key=True)
    version: int
    """One more with every change."""
    rows: int
    """Stored records it was learned from."""
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """What is not as it was, while nobody has said that it is right."""
    sealed: bytes = sealed()
    """All that was counted. Names of fields may be somebody's."""
    changed_at: datetime
