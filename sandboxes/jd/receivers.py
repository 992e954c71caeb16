"""Who the parcel goes to, in the forms the platform has protected that in.

Source: channel paper §3 "Receiver protection" and §7.1.
"""

from __future__ import annotations

import base64
import hashlib
import random
from functools import lru_cache
from typing import Any

from hub_core.sandbox import Street
from hub_core.sandbox.people import Person

SECRET_FIELDS = ("fullname", "mobile", "telephone", "fullAddress")


@lru_cache(maxsize=1 << 15)
def person(seed: int) -> Person:
    """The buyer an order's seed stands for."""
    return Street(random.Random(seed)).person()


def consignee(
    who: Person, privacy: str, *, encrypted: bool, voucher: bool
) -> dict[str, Any]:
    """consigneeInfo. `encrypted` is True for enSearch and enGet, whose form differs.

    A voucher order has nothing to deliver: no address.
    """
    plain = _plain(who, voucher)
    match privacy, encrypted:
        case "plain", _:
            return plain
        case "phase1", True:
            return plain | {f"encrypt_{k}": cipher(k, plain[k]) for k in SECRET_FIELDS}
        case "phase1", False:
            return plain
        case "phase2", True:
            return _sealed(plain) | _desensitised(who)
        case _:
            tail = {"oaid": oaid(who)} if privacy == "oaid" else {}
            return plain | _masked(who, plain) | _desensitised(who) | tail


def buyer(who: Person, privacy: str) -> dict[str, str]:
    """pin, later replaced by open_id_buyer and xid_buyer."""
    handle = hashlib.sha256(who.phone.encode()).hexdigest()
    if privacy == "plain":
        return {"pin": f"jd_{handle[:13]}", "realPin": f"JD_{handle[:13]}"}
    hidden = {"pin": "000000000-000000", "realPin": "000000000-000000"}
    opaque = {"open_id_buyer": handle[:32], "xid_buyer": f"o*{cipher('xid', who.phone)}"}
    return hidden | opaque


@lru_cache(maxsize=1 << 15)
def cipher(name: str, value: str) -> str:
    """Something that looks like TDE ciphertext; nothing can be read from it."""
    digest = hashlib.sha512(f"{name}:{value}".encode()).digest()
    return "AAT" + base64.b64encode(digest[: 32 + len(value) % 16]).decode()


def oaid(who: Person) -> str:
    """The opaque handle of one receiver."""
    return base64.b32encode(hashlib.sha256(repr(who).encode()).digest()).decode()[:48]


def masked(phone: str) -> str:
    """A phone as people may see it."""
    return f"{phone[:3]}****{phone[-4:]}"


def _plain(who: Person, voucher: bool) -> dict[str, Any]:
    where = "".join((who.province, who.city, who.district, who.address))
    return {
        "fullname": who.name,
        "mobile": who.phone,
        "telephone": who.phone,
        "fullAddress": "" if voucher else where,
        "province": who.province,
        "city": who.city,
        "county": who.district,
        "town": "",
        "provinceId": str(len(who.province)),
        "cityId": str(1600 + len(who.city)),
        "countyId": str(3600 + len(who.district)),
        "townId": "0",
    }


def _sealed(plain: dict[str, Any]) -> dict[str, Any]:
    """Ciphertext in the normal fields; what the documents type as Number is null."""
    secret = {k: cipher(k, plain[k]) if plain[k] else "" for k in SECRET_FIELDS}
    numbers = dict.fromkeys(("provinceId", "cityId", "countyId", "townId"))
    return plain | secret | numbers


def _masked(who: Person, plain: dict[str, Any]) -> dict[str, Any]:
    address = plain["fullAddress"].removesuffix(who.address)
    return {
        "fullname": who.name[0] + "*" * (len(who.name) - 1),
        "mobile": masked(who.phone),
        "telephone": masked(who.phone),
        "fullAddress": f"{address}****" if address else "",
    }


def _desensitised(who: Person) -> dict[str, Any]:
    return {"desen_mobile": masked(who.phone), "desen_telephone": masked(who.phone)}
