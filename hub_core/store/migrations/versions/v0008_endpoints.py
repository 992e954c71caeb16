"""Webhooks out: endpoints, and what is to be delivered to them"""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema forward."""
