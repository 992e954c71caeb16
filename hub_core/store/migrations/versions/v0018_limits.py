"""What calls were spent on, and limits the platforms showed to be lower"""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Bring the schema forward."""
