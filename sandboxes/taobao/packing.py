"""How a caller says what goes into which parcel, and the words for saying no.

Source: as `shipping`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import gate, refusals
from .parcels import PART
from .refusals import Refused
from .trade import Line, Trade

MANY = 50
OFFLINE = "isv.logistics-offline-service-error"
RESEND = "isv.logistics-update-company-or-mailno-error"
WORDS = {
    "B01": "订单不存在", "B02": "订单状态不对", "B57": "该物流公司不支持自己联系",
    "B04": "订单状态不对该物流订单已经发货或者已关闭，不能重复发货",
    "B60": "运单号不符合规则或已经被使用", "B98": "发货类型不匹配",
    "CD22": "订单已拆单，必须传入子交易号列表", "P38": "拆单校验未通过",
    "CD25": "拆单标记和子订单列表两者必须都填或者都不填", "CD19": "订单未发货",
    "P06": "当前订单状态不支持修改", "P07": "未作修改", "P08": "该订单不支持修改",
    "P10": "运单号不符合规则或已经被使用",
}  # fmt: skip


def no(prefix: str, code: str, words: str = "") -> Refused:
    """A refusal of the service behind the gateway, in its own words."""
    return refusals.business(f"{prefix}:{code}", words or WORDS[code])


def needed(params: Mapping[str, str], *names: str) -> None:
    """Raises Refused for the first of these that is not there."""
    for name in names:
        if not params.get(name):
            raise refusals.missing(name)


def split(trade: Trade, params: Mapping[str, str], prefix: str) -> list[Line]:
    """The lines named by sub_tid; none when the trade is not split."""
    split, sub = params.get("is_split") or "0", params.get("sub_tid", "")
    named = [x for x in sub.split(",") if x]
    if split not in {"0", "1"} or len(named) > MANY:
        raise refusals.invalid("is_split" if len(named) <= MANY else "sub_tid")
    if (split == "1") != bool(named):
        raise no(prefix, "CD25")
    if not named and trade.status == PART:
        raise no(prefix, "CD22")
    return _lines(trade, named, prefix)


def _lines(trade: Trade, named: list[str], prefix: str) -> list[Line]:
    by = {str(x.oid): x for x in trade.lines}
    if not set(named) <= by.keys():
        raise no(prefix, "P38")
    return [by[x] for x in dict.fromkeys(named)]


def packages(params: Mapping[str, str]) -> list[dict[str, Any]]:
    """consign_pkgs: a JSON list of objects."""
    found = gate.parsed(params, "consign_pkgs", [])
    if not found or not all(isinstance(x, dict) for x in found):
        raise refusals.invalid("consign_pkgs")
    return list(found)


def goods(trade: Trade, package: Mapping[str, Any]) -> list[Line]:
    """The lines in a package; the seller's own gifts (item_type 1) are no lines."""
    goods = package.get("goods")
    if not isinstance(goods, list) or not all(isinstance(x, dict) for x in goods):
        raise refusals.invalid("consign_pkgs")
    for row in goods:
        if "num" in row and not re.fullmatch(r"[1-9]\d{0,8}", str(row["num"])):
            raise refusals.invalid("consign_pkgs")
    named = [str(x.get("sub_tid", "")) for x in goods if str(x.get("item_type", 0)) != "1"]
    return _lines(trade, named, OFFLINE)


def partly(params: Mapping[str, str]) -> set[int]:
    """The lines that consign_status says are sent in part: an object, or a list of them."""
    text = params.get("consign_status", "").lstrip()
    empty: Any = {} if text.startswith("{") else []
    found = gate.parsed(params, "consign_status", empty)
    rows = [found] if isinstance(found, dict) else found
    if not all(isinstance(x, dict) for x in rows):
        raise refusals.invalid("consign_status")
    said = [str(x.get("sub_tid", "")) for x in rows if x.get("is_part_consign") is True]
    return {int(x) for x in said if re.fullmatch(r"\d{1,19}", x)}
