"""Where the merchant's system calls back: codes are there, a refund is decided.

POST /goodlife/v1/fulfilment/create/callback/ (发券回调), POST …/fulfilment/refund/audit/
(审核回调), POST /goodlife/v1/akte/after_sale/order/audit/ (a refund after use, of any
voucher). Source: general-capabilities/tripartite.code/callback and refund.audit (two
bodies are documented for one path, V25: both are taken), paper §3.4, §3.5. Not documented
(C): what a decision already made gets (a switch), and the codes of refusals (§2.4's).
"""

from __future__ import annotations

from typing import Any

from hub_core.sandbox import Effect, Request, Response

from .envelope import BAD_PARAMETER, ORDER_NOT_FOUND, TRADE, Refused
from .house import House
from .rows import JSON, certificate_id
from .shop import Shop
from .third_codes import AGREED, FAILED, OK, REFUSED, Review, ThirdCodes, codes_of

CALLBACK = "/goodlife/v1/fulfilment/create/callback"
AUDIT = "/goodlife/v1/fulfilment/refund/audit"
JUDGE = "/goodlife/v1/akte/after_sale/order/audit"
WRONG_STATE = 20001


class CodeDesk:
    """Answers all three."""

    def __init__(self, house: House, codes: ThirdCodes) -> None:
        self._house, self._codes = house, codes

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """Does it, and says so. Raises Refused before anything has changed."""
        body = _body(request)
        match path:
            case str(at) if at == CALLBACK:
                data = self._called_back(body, request)
            case str(at) if at == AUDIT:
                data = self._audited(body, request)
            case _:
                data = self._judged(body, request)
        return self._house.envelope.good(self._house.data(data))

    # Codes --------------------------------------------------------------------------

    def _called_back(self, body: JSON, request: Request) -> JSON:
        order_id, result = _text(body, "order_id"), body.get("result")
        if result not in (OK, FAILED) or isinstance(result, bool):
            raise Refused(BAD_PARAMETER, "result should be 1 or 2")
        issue = self._codes.issues.get(order_id)
        if issue is None or self._house.merchant(issue.shop.id, request) is None:
            raise Refused(TRADE, "订单不存在", ORDER_NOT_FOUND)
        if result == FAILED:
            if not issue.ended:
                self._codes.failed(issue, "callback")
            elif self._codes.codes.get(order_id):
                raise Refused(TRADE, "订单状态不正确", WRONG_STATE)
            return {"certificate_info_list": []}
        codes = codes_of(body, issue.sale)
        if codes is None:
            raise Refused(BAD_PARAMETER, f"codes: {len(issue.sale.units)} are wanted")
        if not issue.ended:
            third = str(body.get("third_order_id") or "")
            self._codes.issued(issue, codes, "callback", third)
        elif self._codes.codes.get(order_id) != codes:
            raise Refused(TRADE, "订单状态不正确", WRONG_STATE)
        ids = [certificate_id(issue.sale, n) for n in range(len(codes))]
        pairs = zip(ids, codes, strict=True)
        rows = [{"certificate_id": id, "code": code} for id, code in pairs]
        return {"certificate_info_list": rows}

    # Refunds ------------------------------------------------------------------------

    def _audited(self, body: JSON, request: Request) -> JSON:
        result = body.get("result", body.get("audit_result"))
        if result not in (AGREED, REFUSED) or isinstance(result, bool):
            raise Refused(BAD_PARAMETER, "result should be 1 or 2")
        review = self._review_of(body)
        if review is None or self._house.merchant(review.shop.id, request) is None:
            raise Refused(TRADE, "售后单不存在", ORDER_NOT_FOUND)
        if review.result is not None:
            self._again(review.result, int(result))
            return {}
        code = _code_of(body) or self._codes.code(review.record.id, review.n)
        if result == REFUSED and not code:
            raise Refused(BAD_PARAMETER, "code is required to refuse")
        reason = str(body.get("reason") or "")
        self._codes.decide(review, int(result), "callback", code, reason)
        return {}

    def _review_of(self, body: JSON) -> Review | None:
        """By the after-sale's id under either name, or by its voucher."""
        id = str(body.get("after_sale_id") or body.get("biz_uniq_key") or "")
        if not id and not body.get("certificate_id"):
            raise Refused(BAD_PARAMETER, "after_sale_id is required")
        wanted = str(body.get("certificate_id") or "")
        found = [
            review
            for review in reversed(list(self._codes.reviews.values()))
            if id in ("", review.case_id)
            and wanted in ("", certificate_id(review.sale, review.n))
        ]
        return found[0] if found else None

    def _again(self, was: int, result: int) -> None:
        if was != result or self._house.switches["spi_audit_again"] == "refused":
            raise Refused(TRADE, "退款单已审核", WRONG_STATE)

    def _judged(self, body: JSON, request: Request) -> JSON:
        """data.reentry: whether it had been decided before."""
        shop = self._house.merchant(_text(body, "account_id"), request)
        order_id, wanted = _text(body, "order_id"), _text(body, "certificate_id")
        agreed = body.get("audit_status")
        if not isinstance(agreed, bool):
            raise Refused(BAD_PARAMETER, "audit_status should be bool")
        ids = shop.backroom.after_sales.by_order.get(order_id, []) if shop else []
        for id in reversed(ids):
            case = shop.backroom.after_sales.drawer.get(id) if shop else None
            if case is None or shop is None:
                continue
            sale, n = case.latest.content["sale"], case.latest.content["n"]
            if certificate_id(sale, n) == wanted:
                reason = str(body.get("reject_reason") or "")
                return {"reentry": not self._judge(shop, order_id, n, agreed, reason)}
        raise Refused(TRADE, "售后单不存在", ORDER_NOT_FOUND)

    def _judge(self, shop: Shop, order_id: str, n: int, agreed: bool, reason: str) -> bool:
        """Decide an open case; False where it is decided already."""
        case = shop.backroom.after_sales.open_case(order_id, n)
        if case is None:
            return False
        result = AGREED if agreed else REFUSED
        review = self._codes.reviews.get(case.id)
        if review is not None:
            code = self._codes.code(order_id, n)
            self._codes.decide(review, result, "callback", code, reason)
            return True
        facts: dict[str, Any] = {"result": result, "by": "callback", "reason": reason}
        now = self._house.clock.now()
        self._codes.effects[shop.id].append(Effect(now, "refund_audit", case.id, facts))
        if not agreed:
            shop.backroom.after_sales.judged.add((order_id, n))
        shop.decide(shop.order(order_id), n, refunded=agreed)
        return True


def _body(request: Request) -> JSON:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(BAD_PARAMETER, "the body should be a JSON object")
    return body


def _text(body: JSON, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or not value:
        raise Refused(BAD_PARAMETER, f"{name} is required")
    return str(value)


def _code_of(body: JSON) -> str:
    rows = body.get("certificate")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("code"):
            return str(row["code"])
    return str(body.get("code") or "")
