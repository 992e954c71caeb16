"""What runs by itself, when, and whether it is paused"""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema forward."""
