"""The data key in use, and those before it"""

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema forward."""
