"""The carriers the platform knows, and the waybill numbers each accepts.

Ids, codes and names: a published answer of taobao.logistics.companies.get (B); codes:
paper §4. The patterns are of the documented kind (reg_mail_no), their exact text is not
documented (C).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .shapes import JSON


class Courier(NamedTuple):
    """One carrier. `pattern` is matched against the whole number."""

    id: int
    code: str
    name: str
    pattern: str


COURIERS = {
    c.code: c
    for c in (
        Courier(1, "POST", "中国邮政", r"^([GA]|[KQ]|[PH])[A-Za-z0-9]\d{11}$|^\d{13}$"),
        Courier(2, "EMS", "EMS", r"^[A-Z]{2}\d{9}[A-Z]{2}$|^(10|11)\d{11}$"),
        Courier(100, "STO", "申通快递", r"^(77|88|66|55|44|33)\d{11,13}$|^[0-9]{12}$"),
        Courier(101, "YTO", "圆通速递", r"^(YT)?\d{13}$|^[A-Za-z0-9]{2}\d{10}$"),
        Courier(102, "YUNDA", "韵达快递", r"^[\s]*\d{13}[\s]*$|^4\d{14}$"),
        Courier(103, "ZJS", "宅急送", r"^[a-zA-Z0-9]{10}$|^(A|Z)\d{12}$"),
        Courier(500, "ZTO", "中通快递", r"^7[0-9]\d{12,13}$|^\d{12}$"),
        Courier(502, "HTKY", "百世快递", r"^(A|B|D|E|H|K)\d{11,13}$|^5\d{13,14}$"),
        Courier(505, "SF", "顺丰速运", r"^SF\d{13}$|^\d{12}$"),
    )
}
"""Code to carrier."""


def accepts(courier: Courier, waybill: str) -> bool:
    """Whether such a number may be the carrier's."""
    return re.fullmatch(courier.pattern, waybill) is not None


def told(courier: Courier) -> JSON:
    """A carrier as it is sent."""
    return {
        "id": courier.id,
        "code": courier.code,
        "name": courier.name,
        "reg_mail_no": courier.pattern,
    }
