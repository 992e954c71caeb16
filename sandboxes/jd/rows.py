"""orderInfo: one order as search and get show it.

Source: channel paper §3 (Response, Traps) and §8; field names also as in the published
SDK class OrderSearchInfo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub_core.sandbox import Record, Version

from .baskets import Coupon, Line
from .receivers import buyer, cipher, consignee, person
from .states import WORDS, spoken
from .times import iso_of, text_of

PAY_WORDS = {"1": "货到付款", "4": "在线支付"}
NEVER = {"0001": "0001-01-01 00:00:00", "1970": "1970-01-01 00:00:00"}
INVOICES = {"0": "不需要开具发票", "1": "普通发票", "2": "增值税发票", "3": "电子发票"}


def yuan(fen: int) -> str:
    """Fen as yuan text: 19900 is `199.00`."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def picked(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Only the fields asked for: the whitelist really drops the others."""
    return {name: row[name] for name in fields if name in row}


class Rows:
    """Writes orderInfo in the shape the switches choose."""

    def __init__(self, switches: Mapping[str, str], new_fields: bool) -> None:
        self.switches, self.new_fields = switches, new_fields

    def row(
        self, record: Record, version: Version, privacy: str, *, encrypted: bool
    ) -> dict[str, Any]:
        """Every field the order has; `encrypted` for the en* methods."""
        content = version.content
        return {
            **self._ids(record, content),
            **self._money(content),
            **self._state(content),
            **self._times(content, version.updated_at),
            **self._people(content, privacy, encrypted),
            **self._lists(record, content),
            "waybill": content["waybill"],
            "logisticsId": content["carriers"],
            "venderRemark": content["remark"],
            "returnOrder": content["returned"],
        }

    def _ids(self, record: Record, content: Mapping[str, Any]) -> dict[str, Any]:
        text = self.switches["order_id"] == "text"
        return {
            "orderId": record.id if text else int(record.id),
            "venderId": record.account,
            "orderType": content["kind"],
            "orderSource": "移动端订单",
            "storeOrder": "",
            "storeId": "0",
            "idSopShipmenttype": 68 if content["kind"] == "22" else 69,
            **self._parents(content["parent"]),
        }

    def _parents(self, parent: str) -> dict[str, Any]:
        names = ("parentOrderId", "directParentOrderId")
        position = self.switches["no_parent"]
        if not parent and position == "absent":
            return {}
        none = "0" if position == "0" else ""
        return dict.fromkeys(names, parent or none)

    def _money(self, content: Mapping[str, Any]) -> dict[str, Any]:
        basket = content["basket"]
        return {
            "orderTotalPrice": yuan(basket.total),
            "sellerDiscount": yuan(basket.seller_discount),
            "orderSellerPrice": yuan(basket.total - basket.seller_discount),
            "orderPayment": yuan(content["paid"]),
            "freightPrice": yuan(basket.freight),
            "balanceUsed": yuan(basket.balance),
            "taxFee": yuan(basket.tax),
            "serviceFee": "0.00",
        }

    def _state(self, content: Mapping[str, Any]) -> dict[str, Any]:
        state, pay = content["state"], content["pay"]
        words = self.switches["pay_type"] == "code_and_words" and pay in PAY_WORDS
        return {
            "orderState": spoken(state, self.switches["state_words"] == "pinyin"),
            "orderStateRemark": WORDS.get(state, state),
            "payType": f"{pay}-{PAY_WORDS[pay]}" if words else pay,
            "deliveryType": "任意时间",
        }

    def _times(self, content: Mapping[str, Any], modified: float) -> dict[str, Any]:
        some = iso_of if self.switches["times"] == "some_iso" else text_of
        paid = content["paid_at"]
        return {
            "orderStartTime": text_of(content["started_at"]),
            "paymentConfirmTime": self._none(0) if paid is None else some(paid),
            "outBoundDate": self._time(content["shipped_at"], 1),
            "orderEndTime": self._time(content["ended_at"], 2),
            "modified": some(modified),
        }

    def _time(self, at: float | None, place: int) -> str:
        return self._none(place) if at is None else text_of(at)

    def _none(self, place: int) -> str:
        position = self.switches["never"]
        mixed = ("1970", "0001")[place % 2]
        return NEVER[mixed if position == "mixed" else position]

    def _people(
        self, content: Mapping[str, Any], privacy: str, encrypted: bool
    ) -> dict[str, Any]:
        who = person(content["person"])
        voucher = content["kind"] == "75"
        receiver = consignee(who, privacy, encrypted=encrypted, voucher=voucher)
        if self.new_fields:
            receiver["sandboxZone"] = "A-1"
        return {
            "consigneeInfo": receiver,
            "orderRemark": _note(content["person"]),
            **buyer(who, privacy),
            **self._invoice(content["invoice"], who.name, privacy, encrypted),
        }

    def _invoice(
        self, kind: str, name: str, privacy: str, encrypted: bool
    ) -> dict[str, Any]:
        """Free text, the object that followed it, and VAT details where there are any."""
        if kind == "0":
            nothing: Any = {} if self.switches["empty_object"] == "object" else []
            easy = {"invoiceType": "0", "invoiceTitle": "", "invoiceContentId": "1"}
            text = INVOICES["0"]
            return {"invoiceInfo": text, "invoiceEasyInfo": easy, "vatInfo": nothing}
        sealed = cipher("invoiceTitle", name)
        hidden = encrypted and privacy == "phase2"
        easy = {"invoiceType": kind, "invoiceTitle": sealed if hidden else "个人"}
        if encrypted and privacy == "phase1":
            easy["encrypt_invoiceTitle"] = sealed
        text = f"发票类型:{INVOICES[kind]};发票抬头:个人;发票内容:商品明细;"
        vat = {"vatNo": "SANDBOX0000000000"} if kind == "2" else {}
        return {"invoiceInfo": text, "invoiceEasyInfo": easy, "vatInfo": vat}

    def _lists(self, record: Record, content: Mapping[str, Any]) -> dict[str, Any]:
        lines = enumerate(content["basket"].lines)
        return {
            "itemInfoList": [self._item(record.id, n, line) for n, line in lines],
            "couponDetailList": [_coupon(record.id, c) for c in content["coupons"]],
        }

    def _item(self, order: str, place: int, line: Line) -> dict[str, Any]:
        number = self.switches["jd_price"] == "number"
        item: dict[str, Any] = {
            "skuId": line.sku,
            "outerSkuId": line.outer,
            "wareId": line.ware,
            "skuName": line.title,
            "jdPrice": line.price / 100 if number else yuan(line.price),
            "itemTotal": str(line.quantity),
            "giftPoint": "0",
            "productNo": "",
            "newStoreId": "0",
        }
        if self.switches["line_id"] == "present":
            item["id"] = int(order) * 10 % 1_000_000_000_000 + place
        return item | ({"sandboxBatch": None} if self.new_fields else {})


def _coupon(order: str, coupon: Coupon) -> dict[str, str]:
    row = {"orderId": order, "couponType": coupon.kind, "couponPrice": yuan(coupon.amount)}
    return row | ({"skuId": coupon.sku} if coupon.sku else {})


def _note(seed: int) -> str:
    """The buyer's note: mostly none."""
    said = ("请尽快发货", "不要放快递柜", "送人，包装好一点")
    return said[seed % 3] if seed % 7 == 0 else ""
