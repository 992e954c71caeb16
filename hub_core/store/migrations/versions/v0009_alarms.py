"""Alarms: what is wrong, since when, and who was told"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "alarm",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("shop", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("next", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=True),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("tell_at", TIME, nullable=False),
        sa.Column("gone_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("acked_at", TIME, nullable=True),
        sa.Column("flaps", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_key"),
    )
    op.create_index("ix_alarm_closed", "alarm", ["closed_at"])
    op.create_table(
        "alarm_told",
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("alarm_id", "target"),
    )
    op.create_table(
        "alarm_target",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("tried_at", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "alarm_look",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
