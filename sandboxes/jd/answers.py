"""The envelope: success in one shape, refusals in three layers.

Source: channel paper §1 (wrapper), §3 (apiResult) and §5 (error_response).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

from .errors import GATEWAY, NUMBER_WORDS

HOLDERS = {
    "jingdong.pop.order.enSearch": "searchorderinfo_result",
    "jingdong.pop.order.search": "searchorderinfo_result",
    "jingdong.pop.order.enGet": "orderDetailInfo",
    "jingdong.pop.order.get": "orderDetailInfo",
}
"""Methods whose answer holds an apiResult, and the key it stands under."""

INNER = {
    "jingdong.pop.afs.soa.refundapply.queryPageList": "queryResult",
    "jingdong.pop.afs.soa.refundapply.queryById": "queryResult",
    "jingdong.pop.afs.refundapply.querylist": "refundApplyResponse",
    "jingdong.pop.afs.refundapply.querybyid": "refundapplyResponse",
    "jingdong.asc.query.list": "pageResult",
    "jingdong.asc.sync.list": "pageResult",
    "jingdong.asc.serviceAndRefund.view": "pageResult",
    "jingdong.pop.order.shipment": "sopjosshipment_result",
    "jingdong.pop.order.waybill.update": "response",
}
"""Methods that refuse in a result of their own, and the key it stands under."""

OLD_WRAPPERS = {
    "360buy.get.vender.all.delivery.company": "vender_delivery_all_company_response",
    "360buy.sku.stock.update": "ware_sku_stock_update_response",
}
"""What published clients of the older prefix read (B)."""


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """JSON as the platform writes it: compact, Chinese unescaped."""
    return ENCODER.encode(value)


class Envelope:
    """Wraps answers in the shapes the switches choose."""

    def __init__(
        self, switches: Mapping[str, str], codes: Mapping[str, int], new_fields: bool
    ) -> None:
        self.switches, self.codes, self.new_fields = switches, codes, new_fields
        self._refusals = itertools.count(1)

    def wrapper(self, method: str) -> str:
        """`jingdong_pop_order_enSearch_responce`, misspelled unless switched."""
        if method in OLD_WRAPPERS and self.switches["old_wrapper"] == "own":
            return OLD_WRAPPERS[method]
        return f"{method.replace('.', '_')}_{self.switches['wrapper']}"

    def good(self, method: str, inner: Mapping[str, Any]) -> dict[str, Any]:
        """A successful answer around `inner`."""
        body: dict[str, Any] = {"code": "0", **inner}
        if self.new_fields:
            body["sandboxTrace"] = {"node": "box-1"}
        return {self.wrapper(method): body}

    def api_result(self, kind: str | None = None, detail: str = "") -> dict[str, Any]:
        """The third layer: success, or a refusal of that kind."""
        good = kind is None
        number = int(self.switches["number_code"]) if kind is None else self.codes[kind]
        chinese, english = ("成功", "success") if kind is None else NUMBER_WORDS[kind]
        said = f"{chinese}：{detail}" if detail else chinese
        success = good if self.switches["success"] == "bool" else str(good).lower()
        result = {
            "chineseErrCode": said,
            "englishErrCode": english,
            "success": success,
            "numberCode": number,
        }
        return result | ({"sandboxHint": ""} if self.new_fields else {})

    def declined(self, method: str, kind: str, detail: str) -> tuple[dict[str, Any], str]:
        """A business refusal in the layer switched to, and its code for the log.

        Methods without an apiResult can only refuse in the wrapper's own code.
        """
        number = str(self.codes[kind])
        layer, holder = self.switches["refusals"], HOLDERS.get(method)
        if layer == "gateway":
            return self.refused(number, *NUMBER_WORDS[kind]), number
        said = f"{NUMBER_WORDS[kind][0]}：{detail}" if detail else NUMBER_WORDS[kind][0]
        if layer == "api_result" and method in INNER:
            inner = self._inner(INNER[method], number, said, NUMBER_WORDS[kind][1])
            return self.good(method, {INNER[method]: inner}), number
        if layer == "code" or holder is None:
            body = {"code": number, "zh_desc": said, "en_desc": NUMBER_WORDS[kind][1]}
            return {self.wrapper(method): body}, number
        result = {"apiResult": self.api_result(kind, detail)}
        return self.good(method, {holder: result}), number

    def _inner(self, holder: str, number: str, said: str, english: str) -> dict[str, Any]:
        """A refusal in the words of that result; their codes are made up."""
        match holder:
            case "queryResult":
                return {"success": False, "errorCode": number, "errorMsg": said}
            case "refundApplyResponse" | "refundapplyResponse":
                nothing = {"count": 0, "results": []}
                return {"result_state": False, "result_info": said, **nothing}
            case "pageResult":
                return {"success": False, "code": number, "msg": said}
            case "response":
                return {"code": int(number), "msg": said, "data": None}
            case _:
                words = {"chineseErrCode": said, "englishErrCode": english}
                return {"success": self.truth(False), "errorCode": number, **words}

    def truth(self, good: bool) -> Any:
        """success of a shipment: text, unless switched."""
        return good if self.switches["shipment_success"] == "bool" else str(good).lower()

    def gateway(self, code: str, detail: str = "") -> dict[str, Any]:
        """error_response for a code of the gateway's table."""
        chinese, english = GATEWAY[code]
        return self.refused(code, f"{chinese} {detail}".strip(), english)

    def refused(self, code: str, chinese: str, english: str) -> dict[str, Any]:
        """error_response in the older or the newer spelling; the code is always text."""
        if self.switches["error_words"] == "zh_en":
            words = {"code": code, "zh_desc": chinese, "en_desc": english}
        else:
            words = {
                "code": code,
                "message": english,
                "errorMessage": chinese,
                "errorSolution": "https://jos.jd.com/commondoc?listId=171",
                "requestId": f"sandbox-{code}-{next(self._refusals)}",
            }
        return {"error_response": words}
