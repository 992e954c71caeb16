"""How far the feed was purged, and records by when they changed"""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Bring the schema forward."""
