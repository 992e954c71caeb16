"""Workers, and jobs that people asked for"""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Bring the schema forward."""
