"""How far the feed was forgotten, and records by when they changed"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
TABLES = ("orders", "product", "after_sale", "redemption")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "feed_counter",
        sa.Column("forgotten", sa.BigInteger(), nullable=False, server_default="0"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_changed", table, ["hub_changed_at", "id"])
