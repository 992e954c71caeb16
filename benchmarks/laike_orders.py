"""Orders of a 来客 account in the shape of 2023, as bytes: about 2.2 kB, two vouchers each.

Field names and types as the order query page documents them; nobody in them exists.
"""

from __future__ import annotations

import json
import random
from typing import Any

JSON = dict[str, Any]

DISHES = (
    "双人下午茶套餐",
    "四人火锅畅享套餐",
    "单人自助晚餐",
    "亲子烘焙体验课",
    "足疗 60 分钟",
)
FAMILY = "赵钱孙李周吴郑王冯陈"
STATES = (
    (201, (100, 100)),
    (201, (100, 100)),
    (201, (401, 100)),
    (1, (401, 401)),
    (1, (401, 401)),
    (201, (300, 100)),
    (1, (401, 301)),
)
"""order_status, and item_status of the two vouchers."""


def population(count: int, begin: int, end: int, seed: int = 7) -> list[tuple[int, bytes]]:
    """`count` orders that last changed between two epoch seconds, newest change first."""
    rng = random.Random(seed)
    stamps = sorted((rng.randrange(begin, end) for _ in range(count)), reverse=True)
    return [(at, text(order(n, at, rng))) for n, at in enumerate(stamps)]


def text(value: Any) -> bytes:
    """Compact JSON, as a platform sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def order(n: int, changed: int, rng: random.Random) -> JSON:
    number = 1_001_000_000_000_000_000 + n * 7919
    status, words = rng.choice(STATES)
    market, off, subsidy = rng.randrange(4000, 20000), rng.randrange(500, 2000), 300
    paid = changed - rng.randrange(60, 86_400)
    dish = rng.randrange(len(DISHES))
    sku = str(1_800_000_000_000_000_000 + dish)
    items = [f"8{number}{k:07d}" for k in (1, 2)]
    return {
        "order_id": str(number),
        "open_id": f"_000{rng.getrandbits(96):024x}",
        "order_status": status,
        "order_type": 21,
        "sku_id": sku,
        "sku_name": DISHES[dish],
        "third_sku_id": f"SKU-{dish}",
        "count": 2,
        "original_amount": 2 * market,
        "pay_amount": 2 * (market - off - subsidy),
        "payment_discount": 0,
        "create_order_time": paid - 12,
        "pay_time": paid,
        "update_order_time": changed,
        "contacts": [_contact(rng)],
        "certificate": [
            _certificate(number, k, items[k], words[k], changed, market) for k in (0, 1)
        ],
        "user_id": f"{rng.getrandbits(96):024x}",
        "receipt_amount": 2 * (market - off),
        "discount_amount": 2 * (off + subsidy),
        "intention_poi_id": f"66{rng.randrange(10**17):017d}",
        "poi_id": f"66{rng.randrange(10**17):017d}",
        "merchant_info": {"account_id": "7000000000000000021", "account_name": "沙箱商户"},
        "products": [_product(sku, DISHES[dish], market)],
        "discounts": _discounts(2 * off, 2 * subsidy),
        "sub_order_amount_infos": [_sub(item, market, off, subsidy) for item in items],
        "order_sale_info": {
            "sale_role": "商家",
            "sale_channel": rng.choice(("直播", "搜索")),
        },
    }


def _contact(rng: random.Random) -> JSON:
    phone = f"1{rng.choice('3578')}{rng.randrange(10)}****{rng.randrange(10_000):04d}"
    cipher = f"Enc.{rng.getrandbits(192):048x}"
    return {"name": rng.choice(FAMILY) + "*", "phone": phone, "phone_encrypt": cipher}


def _certificate(
    number: int, place: int, item: str, word: int, changed: int, market: int
) -> JSON:
    gone = word == 301
    return {
        "certificate_id": f"74{place:03d}{number % 10**14:014d}",
        "order_item_id": item,
        "combination_id": "",
        "item_status": word,
        "item_update_time": changed,
        "refund_amount": market if gone else 0,
        "refund_time": changed if gone else 0,
    }


def _product(sku: str, name: str, market: int) -> JSON:
    return {
        "product_id": sku.replace("18", "17", 1),
        "product_name": name,
        "sku_id": sku,
        "num": 2,
        "origin_amount": market,
        "snapshot_product": {
            "product_attr": {"show_channel": "1", "voucher_par_type": ""},
            "tag_info_list": [{"TagKey": "1", "TagName": "到店", "TagValue": "1"}],
        },
    }


def _discounts(off: int, subsidy: int) -> list[JSON]:
    return [
        {
            "discount_type": kind,
            "discount_amount": merchant + platform,
            "merchant_discount_amount": merchant,
            "platform_discount_amount": platform,
            "provider_discount_amount": 0,
            "brand_discount_amount": 0,
        }
        for kind, merchant, platform in ((1, off, 0), (2, 0, subsidy))
    ]


def _sub(item: str, market: int, off: int, subsidy: int) -> JSON:
    return {
        "sub_order_id": item,
        "sub_order_type": 100,
        "combination_id": "",
        "origin_amount": market,
        "pay_amount": market - off - subsidy,
        "receipt_amount": market - off,
        "discount_amount": off + subsidy,
        "discounts": [],
    }
