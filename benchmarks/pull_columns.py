"""Where orders go: the database, the columns the hub writes, what tells rows apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
SQLITE = "sqlite:///"

COLUMNS = {
    "orders": "id, uid, shop_id, external_id, parent_external_id, type, type_raw,"
    " status_raw, order_status, payment_status, fulfillment_status, after_sale_status,"
    " place_external_id, channel_created_at, channel_updated_at, paid_at, shipped_at,"
    " completed_at, cancelled_at, promise_ship_at, business_date, close_reason, currency,"
    " goods_amount, freight_amount, tax_amount, discount_amount, merchant_discount_amount,"
    " platform_discount_amount, talent_discount_amount, payment_discount_amount,"
    " payable_amount, buyer_paid_amount, merchant_receivable_amount, refunded_amount,"
    " source, talent_external_id, buyer_key, flags, issues, ext, missing_at, reread_at,"
    " adapter, row_hash, journal_id, hub_seen_at, hub_changed_at",
    "order_line": "order_id, position, external_id, product_external_id, sku_external_id,"
    " sku_code, title, spec_text, quantity, unit_price, goods_amount, discount_amount,"
    " merchant_discount_amount, platform_discount_amount, talent_discount_amount,"
    " payment_discount_amount, buyer_paid_amount, refunded_amount, fulfillment_status,"
    " after_sale_status, status_raw, is_gift",
    "voucher": "order_id, position, external_id, line_external_id, order_item_external_id,"
    " status, status_raw, status_at, original_amount, buyer_paid_amount,"
    " merchant_receivable_amount, refunded_amount, refunded_at",
    "party": "order_id, protection, masked_name, masked_phone, region, phone_key, sealed",
    "raw": "entity, entity_id, area, shape, sealed, fetched_at, journal_id",
    "feed": "seq, at, shop_id, entity, entity_id, kind",
}
KEYS = {
    "orders": "shop_id, external_id",
    "party": "order_id",
    "raw": "entity, entity_id, area",
    "feed": "seq",
}


def database(folder: Path) -> str:
    """The URL of the folder's database: what stands in its file `database`, or a file of
    SQLite."""
    named = folder / "database"
    return named.read_text() if named.exists() else f"{SQLITE}{folder / 'hub.db'}"
