"""A product as the goods calls of each generation write it.

/life/ (before 2022): spu_id, poi_list, sku_list. /goodlife/ 2022: product_id, pois, stock
in all only. Since 2023: stock in its parts, what is sold out. Every value of
attr_key_value_map is JSON text of its own. Source: paper §3.2, V3, V5; samples
product_online_query, _get and product_draft_query, _get of 2022.

Several SKUs are `skus` in every goodlife answer: no page has another name for them there.
`sku_list` of 2022 is what sku/batch_save was sent, and so, it is taken, what /life/ told
(mark C). Source: pages product-query/online.query and goods/goods.batch.save (2022, 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .drawer import Content
from .goods import Sku
from .rows import JSON, Form

CATEGORIES = {1: (1001001, "美食·地方菜·本帮菜"), 11: (1001002, "美食·代金券·通用")}
OTHER = (3001001, "运动健身·综合·次卡")


@dataclass(frozen=True, slots=True)
class Shelfmark:
    """Where a product row stands: its times, its places, its generation of names."""

    id: str
    created: int
    updated: int
    places: Sequence[str]
    legacy: bool


def online_row(goods: Content, mark: Shelfmark, form: Form) -> JSON:
    """One element of `products` or `product_onlines`."""
    row: JSON = {
        "online_status": goods["word"] or goods["status"],
        "product": _product(goods, mark, form),
        **_skus(goods, mark, form),
        "commission_info": {"platform_take_rate": 350},
    }
    if mark.legacy or form.shape == "2022":
        return row
    limited = [sku for sku in goods["skus"] if sku.limited]
    sold_out = bool(limited) and not any(sku.avail for sku in limited)
    return row | {"is_sell_out": sold_out, "poi_sell_out_status": []}


def draft_row(draft: Content, mark: Shelfmark, form: Form) -> JSON:
    """One element of `products` or `product_drafts` under review."""
    return {
        "draft_status": draft["status"],
        "audit_msg": draft["why"],
        "product": _product(draft, mark, form),
        **_skus(draft, mark, form),
    }


def _product(goods: Content, mark: Shelfmark, form: Form) -> JSON:
    category, path = CATEGORIES.get(goods["kind"], OTHER)
    row: JSON = {
        "spu_id" if mark.legacy else "product_id": mark.id,
        "out_id": goods["out_id"],
        "product_name": goods["title"],
        "product_type": goods["kind"],
        "category_id": category,
        "category_full_name": path,
        "biz_line": 1,
        "account_name": form.account_name,
        "creator_account_id": int(form.account_id),
        "owner_account_id": int(form.account_id),
        "sold_start_time": mark.created,
        "sold_end_time": mark.created + 3 * 365 * 86_400,
        "poi_list" if mark.legacy else "pois": _places(mark),
        "attr_key_value_map": {
            "use_time": '{"use_time_type":1}',
            "show_channel": "1",
            "RefundPolicy": "2",
            "Notification": '[{"title":"须知","content":"请提前预约"}]',
        },
    }
    if form.new_fields:
        row["grade_v3"] = {"stars": 4}
    if mark.legacy or form.shape == "2022":
        return row
    return row | {"create_time": mark.created, "update_time": mark.updated}


def _places(mark: Shelfmark) -> list[JSON]:
    return [
        {"poi_id": int(id), "supplier_ext_id": f"STORE-{id[-4:]}", "supplier_id": 0}
        for id in mark.places
    ]


def _skus(goods: Content, mark: Shelfmark, form: Form) -> JSON:
    """One SKU stands alone; several in a list, whose name is another in /life/."""
    rows = [_sku(sku, mark, form) for sku in goods["skus"]]
    if len(rows) == 1:
        return {"sku": rows[0]}
    return {"sku_list" if mark.legacy else "skus": rows}


def _sku(sku: Sku, mark: Shelfmark, form: Form) -> JSON:
    return {
        "sku_id": sku.sku_id,
        "out_sku_id": sku.out_id,
        "sku_name": sku.title,
        "origin_amount": sku.market,
        "actual_amount": sku.price,
        "status": 1,
        "create_time": mark.created,
        "update_time": mark.updated,
        "stock": _stock(sku, older=mark.legacy or form.shape == "2022"),
        "attr_key_value_map": {
            "market_price": str(sku.market),
            "settle_type": "1",
            "use_type": "1",
            "code_source_type": "1",
            "limit_rule": '{"is_limit":false,"total_buy_num":0}',
        },
    }


def _stock(sku: Sku, *, older: bool) -> JSON:
    """Without a limit the counts mean nothing; they are zeros then."""
    kind = 1 if sku.limited else 2
    counts = sku if sku.limited else sku._replace(avail=0, frozen=0, sold=0)
    row: JSON = {"limit_type": kind, "stock_qty": counts.total}
    if older:
        return row
    return row | {
        "avail_qty": counts.avail,
        "frozen_qty": counts.frozen,
        "sold_qty": counts.sold,
        "sold_count": sku.sold_count,
    }
