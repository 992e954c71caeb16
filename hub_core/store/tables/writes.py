"""What the ERP has of each thing it sells, which channel SKUs sell it, and commands."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from .columns import Row, json, key, ref


class StockItemRow(Row, table=True):
    """How much the ERP has of one item, by the ERP's own code."""

    __tablename__ = "stock_item"

    code: str = Field(primary_key=True)
    on_hand: int
    version: int
    """One more with each movement: of two levels the higher version is the newer."""
    updated_at: datetime


class StockMovementRow(Row, table=True):
    """Every change of a level, for good: the level is their sum."""

    __tablename__ = "stock_movement"

    id: int | None = key()
    key: str = Field(unique=True)
    """The same for every attempt at this movement."""
    code: str = Field(index=True)
    change: int
    level: int
    """What there is after it."""
    version: int
    at: datetime


class SkuBindingRow(Row, table=True):
    """A channel's SKU sells an ERP's item; a bundle has a row for each of its items."""

    __tablename__ = "sku_binding"
    __table_args__ = (UniqueConstraint("shop_id", "sku_external_id", "code"),)

    id: int | None = key()
    shop_id: int = ref(index=False)
    product_external_id: str
    sku_external_id: str
    code: str = Field(index=True)
    pieces: int = 1
    """Of the item in one piece of the SKU."""
    source: str
    """`auto` (by merchant code) or `manual`, which no automatic binding replaces."""
    made_at: datetime


class OfferRow(Row, table=True):
    """What was last brought to a channel for one SKU."""

    __tablename__ = "offer"

    shop_id: int = Field(primary_key=True, sa_type=BigInteger)
    sku_external_id: str = Field(primary_key=True)
    level: int | None = None
    """The newest level the platform confirmed."""
    version: int = 0
    """Of the items, summed, at that level; 0: never."""
    confirmed_at: datetime | None = None
    refused: str | None = None
    """Why the platform would not take the newest level."""
    refused_version: int = 0


class CommandRow(Row, table=True):
    """One thing the hub does to a platform: written before the first send."""

    __tablename__ = "command"
    __table_args__ = (
        Index("ix_command_open", "shop_id", "kind", "state"),
        Index("ix_command_target", "shop_id", "kind", "target"),
    )

    id: int | None = key()
    key: str = Field(unique=True)
    """Of the intent: the same intent is the same command, however often it is given."""
    shop_id: int = ref(index=False)
    kind: str
    """`stock.set`, `ship`."""
    target: str
    """A SKU's or an order's external id."""
    asked: dict[str, Any] = json()
    version: int = 0
    state: str
    """intended, sending, confirmed, refused, unknown, superseded."""
    epoch: int = 0
    """Of the lease it was sent under."""
    attempts: int = 0
    said: str | None = None
    """The platform's words, or why it was not sent."""
    code: str | None = None
    told: int | None = None
    intended_at: datetime
    sent_at: datetime | None = None
    done_at: datetime | None = None
