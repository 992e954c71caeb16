"""What calls were spent on"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "usage",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Float(), nullable=False),
        sa.Column("throttled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "app", "shop", "call", "rank"),
    )
