"""Products, places, after-sales and redemptions; raw payloads of any kind of record"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SHOP = "s.name AS shop, s.channel AS channel, s.company AS company"
VIEWS = {
    f"v1_{name}": f"SELECT {SHOP}, o.* FROM {name} o JOIN shop s ON s.id = o.shop_id"
    for name in ("product", "place", "after_sale", "redemption")
} | {
    f"v1_{child}": f"SELECT {SHOP}, o.uid AS {parent}_uid, "
    f"o.external_id AS {parent}_external_id, x.* FROM {child} x "
    f"JOIN {parent} o ON o.id = x.{parent}_id JOIN shop s ON s.id = o.shop_id"
    for child, parent in (("sku", "product"), ("refund", "after_sale"))
}
"""What BI tools read; their columns only ever grow."""


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "after_sale",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("order_external_id", sa.String(), nullable=True),
        sa.Column("line_external_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_raw", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_raw", sa.String(), nullable=False),
        sa.Column("reason_raw", sa.String(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("requested_amount", sa.BigInteger(), nullable=True),
        sa.Column("agreed_amount", sa.BigInteger(), nullable=True),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=True),
        sa.Column("return_carrier_code", sa.String(), nullable=True),
        sa.Column("return_carrier_name", sa.String(), nullable=True),
        sa.Column("return_tracking_no", sa.String(), nullable=True),
        sa.Column("version_raw", sa.String(), nullable=True),
        sa.Column("channel_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issues", sa.String(), nullable=True),
        sa.Column("ext", sa.String(), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.Column("hub_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hub_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "external_id"),
        sa.UniqueConstraint("uid"),
    )
    with op.batch_alter_table("after_sale", schema=None) as batch_op:
        batch_op.create_index(
            "ix_after_sale_order", ["shop_id", "order_external_id"], unique=False
        )
        batch_op.create_index(
            "ix_after_sale_reread", ["shop_id", "reread_at"], unique=False
        )

    op.create_table(
        "after_sale_line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("after_sale_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_external_id", sa.String(), nullable=True),
        sa.Column("voucher_external_id", sa.String(), nullable=True),
        sa.Column("product_external_id", sa.String(), nullable=True),
        sa.Column("sku_external_id", sa.String(), nullable=True),
        sa.Column("sku_code", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("requested_amount", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("after_sale_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_after_sale_line_after_sale_id"), ["after_sale_id"], unique=False
        )

    op.create_table(
        "place",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("account_external_id", sa.String(), nullable=True),
        sa.Column("root_account_external_id", sa.String(), nullable=True),
        sa.Column("outer_code", sa.String(), nullable=True),
        sa.Column("channel_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issues", sa.String(), nullable=True),
        sa.Column("ext", sa.String(), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.Column("hub_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hub_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "external_id"),
        sa.UniqueConstraint("uid"),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index("ix_place_reread", ["shop_id", "reread_at"], unique=False)

    op.create_table(
        "product",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("listing_status", sa.String(), nullable=False),
        sa.Column("listing_status_raw", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_raw", sa.String(), nullable=True),
        sa.Column("outer_code", sa.String(), nullable=True),
        sa.Column("category_external_id", sa.String(), nullable=True),
        sa.Column("category_path", sa.String(), nullable=True),
        sa.Column("brand", sa.String(), nullable=True),
        sa.Column("audit_reason", sa.String(), nullable=True),
        sa.Column("sale_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sale_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_external_ids", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("channel_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issues", sa.String(), nullable=True),
        sa.Column("ext", sa.String(), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.Column("hub_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hub_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "external_id"),
        sa.UniqueConstraint("uid"),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index("ix_product_reread", ["shop_id", "reread_at"], unique=False)

    op.create_table(
        "redemption",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("voucher_external_id", sa.String(), nullable=True),
        sa.Column("order_external_id", sa.String(), nullable=True),
        sa.Column("product_external_id", sa.String(), nullable=True),
        sa.Column("sku_external_id", sa.String(), nullable=True),
        sa.Column("sku_code", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("place_external_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_raw", sa.String(), nullable=False),
        sa.Column("type_raw", sa.String(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("can_cancel", sa.Boolean(), nullable=True),
        sa.Column("business_date", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("original_amount", sa.BigInteger(), nullable=True),
        sa.Column("list_amount", sa.BigInteger(), nullable=True),
        sa.Column("buyer_paid_amount", sa.BigInteger(), nullable=True),
        sa.Column("payment_discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("coupon_paid_amount", sa.BigInteger(), nullable=True),
        sa.Column("merchant_discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("platform_discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("channel_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issues", sa.String(), nullable=True),
        sa.Column("ext", sa.String(), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.Column("hub_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hub_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "external_id"),
        sa.UniqueConstraint("uid"),
    )
    with op.batch_alter_table("redemption", schema=None) as batch_op:
        batch_op.create_index(
            "ix_redemption_day", ["shop_id", "business_date"], unique=False
        )
        batch_op.create_index(
            "ix_redemption_reread", ["shop_id", "reread_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_redemption_voucher_external_id"),
            ["voucher_external_id"],
            unique=False,
        )

    op.create_table(
        "refund",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("after_sale_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("buyer_amount", sa.BigInteger(), nullable=True),
        sa.Column("platform_amount", sa.BigInteger(), nullable=True),
        sa.Column("fee_amount", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("voucher_external_id", sa.String(), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refund_after_sale_id"), ["after_sale_id"], unique=False
        )

    op.create_table(
        "sku",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("outer_code", sa.String(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("spec_text", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("list_amount", sa.BigInteger(), nullable=True),
        sa.Column("available", sa.Integer(), nullable=True),
        sa.Column("reserved", sa.Integer(), nullable=True),
        sa.Column("is_unlimited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sku", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sku_external_id"), ["external_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sku_outer_code"), ["outer_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_sku_product_id"), ["product_id"], unique=False)
    _raw_of_any_kind()
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def _raw_of_any_kind() -> None:
    op.rename_table("raw", "raw_of_orders")
    op.create_table(
        "raw",
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("entity", "entity_id", "area", name="raw_of_any_kind"),
    )
    op.execute(
        "INSERT INTO raw (entity, entity_id, area, shape, sealed, fetched_at, journal_id) "
        "SELECT 'order', order_id, area, shape, sealed, fetched_at, journal_id "
        "FROM raw_of_orders"
    )
    op.drop_table("raw_of_orders")
