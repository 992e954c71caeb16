"""An item as it is sent: prices in yuan, times in GMT+8.

Source: Item and Sku of the official metadata; the published answers of
taobao.items.onsale.get and taobao.item.sku.get; a capture of taobao.skus.quantity.update
(2013), where `iid` repeats num_iid as text and sku_id is a number; paper §7.1, §8.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.sandbox import Version

from . import times
from .faces import without_blanks, yuan
from .goods import item_of
from .items import Item, Sku
from .shapes import JSON
from .world import Seller

LIST_FIELDS = frozenset({
    "approve_status", "num_iid", "title", "nick", "type", "cid", "pic_url", "num", "props",
    "valid_thru", "list_time", "price", "has_discount", "has_invoice", "has_warranty",
    "has_showcase", "modified", "delist_time", "postage_id", "seller_cids", "outer_id",
})  # fmt: skip
"""What both lists give; the list of what is on sale also gives sold_quantity."""
VALID_THRU = 7
"""Days an item stays listed before it is listed anew by itself."""


def body(version: Version, seller: Seller, how: Mapping[str, str]) -> JSON:
    """All fields of the item under the switch positions `how`."""
    item = item_of(version)
    ident = str if how["item_ids"] == "string" else int
    fields: JSON = {
        "num_iid": ident(item.num_iid),
        "iid": str(item.num_iid),
        "title": item.title,
        "nick": seller.nick,
        "type": "fixed",
        "cid": 50_012_027,
        "seller_cids": ",26145371,",
        "props": "20000:3275069;122216347:828914351",
        "pic_url": f"https://img.alicdn.com/bao/uploaded/i1/sandbox-{item.num_iid}.jpg",
        "approve_status": item.approve_status,
        "num": item.num,
        "price": yuan(item.price),
        "outer_id": item.outer_id,
        "valid_thru": VALID_THRU,
        "list_time": times.text(item.listed_at),
        "delist_time": times.text(item.listed_at + VALID_THRU * times.DAY),
        "created": times.text(item.created),
        "modified": times.text(version.updated_at),
        "has_discount": True,
        "has_invoice": False,
        "has_warranty": False,
        "has_showcase": False,
        "postage_id": 3_216_780,
        "sold_quantity": item.sold,
        "sub_stock": 1,
        "with_hold_quantity": sum(x.held for x in item.skus),
        "violation": item.stands == "violation_off_shelf",
    }
    if item.skus:
        rows = [_sku(item, x, i, ident) for i, x in enumerate(item.skus)]
        fields["skus"] = {"sku": rows}
    return without_blanks(fields, how)


def _sku(item: Item, sku: Sku, place: int, ident: type[str] | type[int]) -> JSON:
    return {
        "sku_id": ident(sku.sku_id),
        "num_iid": ident(item.num_iid),
        "iid": str(item.num_iid),
        "properties": properties(place),
        "properties_name": f"{properties(place)}:规格:{sku.variant}",
        "quantity": sku.quantity,
        "with_hold_quantity": sku.held,
        "price": yuan(sku.price),
        "outer_id": sku.outer_id,
        "status": "normal",
        "created": times.text(sku.created),
        "modified": times.text(sku.modified),
    }


def properties(place: int) -> str:
    """The property text of the n-th SKU of an item."""
    return f"1627207:{28_320 + place}"
