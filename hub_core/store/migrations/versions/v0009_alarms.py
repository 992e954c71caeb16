"""Alarms: what is wrong, since when, and who was told"""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema forward."""
