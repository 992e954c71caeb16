"""Pushes in: what platforms have sent, until it is worked off"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema forward."""
