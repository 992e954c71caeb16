"""Questions a platform asks, delegated to an ERP"""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the schema forward."""
