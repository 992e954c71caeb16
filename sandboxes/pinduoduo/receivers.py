"""Who the parcel goes to: in the clear before 2021, as ciphertext with masks since.

Source: channel paper §3 "Consumer data", §7.3, §7.4 and §8; the official page of
pdd.order.list.get; samples order_information_get.2018 and order_object_encrypted.2024.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hub_core.sandbox import Street
from hub_core.sandbox.people import Person

from . import cipher, states

SAID = ("请尽快发货", "不要放快递柜", "送人，包装好一点")


@lru_cache(maxsize=1 << 15)
def person(seed: int) -> Person:
    """The buyer an order's seed stands for."""
    return Street(random.Random(seed)).person()


def memo(seed: int) -> str:
    """The buyer's note: mostly none."""
    return SAID[seed % 3] if seed % 7 == 0 else ""


def place(who: Person) -> dict[str, Any]:
    """Province, city and town with their numbers: never hidden."""
    return {
        "country": "中国",
        "country_id": 0,
        "province": who.province,
        "province_id": 2 + len(who.province),
        "city": who.city,
        "city_id": 70 + len(who.city),
        "town": who.district,
        "town_id": 700 + len(who.district),
    }


def plain(who: Person, status: int) -> dict[str, Any]:
    """Before 2021; the phone is masked once the parcel is under way."""
    phone = who.phone if status == states.TO_SHIP else masked(who.phone)
    return {
        "receiver_name": who.name,
        "receiver_phone": phone,
        "address": whole(who),
    }


def sealed(
    who: Person, sn: str, shop: str, open_: bool, switches: Mapping[str, str]
) -> dict[str, Any]:
    """Since 2021. `open_`: the order waits for its parcel and no review holds it."""
    searchable = switches["cipher"] == "searchable"
    secret = {
        "receiver_name": (cipher.NAME, who.name),
        "receiver_phone": (cipher.PHONE, who.phone),
        "receiver_address": (cipher.DETAIL_ADDRESS, who.address),
    }
    if switches["address"] == "both":
        secret["address"] = cipher.FULL_ADDRESS, whole(who)
    told = {
        name: cipher.seal(kind, text, sn, shop, searchable=searchable) if open_ else ""
        for name, (kind, text) in secret.items()
    }
    return {"address": "", **told, **_masks(who, open_ or switches["masks"] == "kept")}


def _masks(who: Person, shown: bool) -> dict[str, str]:
    masks = {
        "receiver_name_mask": mask_of(cipher.NAME, who.name),
        "receiver_phone_mask": mask_of(cipher.PHONE, who.phone),
        "receiver_address_mask": mask_of(cipher.DETAIL_ADDRESS, who.address),
        "address_mask": f"{_towns(who)}***",
    }
    return masks if shown else dict.fromkeys(masks, "")


def mask_of(kind: int, text: str) -> str:
    """A value as people may see it, by its data_type."""
    if kind == cipher.NAME:
        return text[0] + "*" * (len(text) - 1)
    if kind == cipher.PHONE:
        return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"
    return f"{text[:6]}***" if kind == cipher.FULL_ADDRESS else "***路*号"


def masked(phone: str) -> str:
    """A phone before 2021, hidden: its last four digits are gone."""
    return f"{phone[:-4]}****"


def whole(who: Person) -> str:
    """The full address, towns joined."""
    return f"{_towns(who)}{who.address}"


def _towns(who: Person) -> str:
    return f"{who.province}{who.city}{who.district}"
