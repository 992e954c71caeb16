"""Who may: keys, grants, failed tries, and the audit log"""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema forward."""
