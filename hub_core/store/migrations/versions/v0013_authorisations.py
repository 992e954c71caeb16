"""Shops being authorised, by one-time states"""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring the schema forward."""
