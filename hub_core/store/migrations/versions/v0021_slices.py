"""How far a schedule's work is that takes more than one slice"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("schedule", sa.Column("place", sa.JSON, nullable=True))
