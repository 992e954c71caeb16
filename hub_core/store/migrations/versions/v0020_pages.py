"""Indexes that pages of orders are read along"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

WITH_PLACE = sa.text("place_external_id IS NOT NULL")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("ix_orders_shop_changed", "orders", ["shop_id", "hub_changed_at", "id"])
    op.create_index(
        "ix_orders_status", "orders", ["order_status", "hub_changed_at", "id", "shop_id"]
    )
    op.create_index(
        "ix_orders_place", "orders",
        [
            *("place_external_id", "hub_changed_at", "id", "order_status", "shop_id"),
            "channel_created_at",
        ],
        sqlite_where=WITH_PLACE, postgresql_where=WITH_PLACE,
    )  # fmt: skip
    op.create_index("ix_orders_newest", "orders", ["channel_created_at", "id"])
