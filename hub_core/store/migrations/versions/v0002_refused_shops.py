"""Shops whose owner no longer lets the app in"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("shop", sa.Column("refused_at", sa.DateTime(timezone=True)))
    op.add_column("shop", sa.Column("refused_why", sa.String()))
