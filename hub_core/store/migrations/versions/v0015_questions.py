"""Questions a platform asks, delegated to an ERP; codes it hands over beforehand"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shop_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("codes", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("sku", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("outer_code", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("answered", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True)
        )

    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "code",
        sa.Column("id", number, nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ask_id", sa.BigInteger(), nullable=True),
        sa.Column("order_external_id", sa.String(), nullable=True),
        sa.Column("voucher_external_id", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "mark"),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index("ix_code_free", ["shop_id", "sku", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_ask_id"), ["ask_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_code_order_external_id"), ["order_external_id"], unique=False
        )
