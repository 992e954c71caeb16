"""How far a queue of platform messages was taken"""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the schema forward."""
