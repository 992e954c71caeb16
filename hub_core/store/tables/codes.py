"""Codes of the merchant's own that vouchers are sold with (三方码)."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from .columns import Row, key, ref, sealed


class CodeRow(Row, table=True):
    """One code. Whoever has it has what was bought: it stands sealed."""

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("shop_id", "mark"),
        Index("ix_code_free", "shop_id", "sku", "state"),
    )

    id: int | None = key()
    shop_id: int = ref(index=False)
    sku: str
    """What it is for: the platform's SKU id, or the merchant's own code of it."""
    mark: str
    """By which it is found again without being opened."""
    sealed: bytes = sealed()
    state: str
    """`free`, `issued`, or `void`: it was, and holds no longer."""
    ask_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    order_external_id: str | None = Field(default=None, index=True)
    voucher_external_id: str | None = None
    added_at: datetime
    issued_at: datetime | None = None
    void_at: datetime | None = None
