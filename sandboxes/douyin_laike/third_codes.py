"""Vouchers whose codes the merchant's own system gives out (三方码), and their refunds.

A paid order of that kind waits for codes. The system answers with codes, "issuing" or
"failed"; while issuing it must call back within ten minutes. Failed: paid back at once,
nobody is asked. Ten minutes gone: a refund is asked for, the system may still refuse it
with codes. A guest's refund is asked for likewise; no decision within a day is a yes.
Errors are asked again: issuing after 10, 30, 60, 120, 120, 240 s, refunds every hour.
Source: general-capabilities/tripartite.code/create, callback, refund.apply, refund.notice;
paper §3.4, §4.5, §4.6, §10. Not documented (C, switches): the numbers of a refund's
answer, which id it is known by, whether certificates are named when codes are asked for.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub_core.sandbox import Clock, Effect, Record

from .moves import Piece
from .options import Options
from .rows import JSON, certificate_id
from .sale import GROUPON, Sale
from .spi import ISSUE, NOTICE, REFUND, STATUS, Spi

if TYPE_CHECKING:
    from .shop import Shop

ISSUE_GAPS = (10.0, 30.0, 60.0, 120.0, 120.0, 240.0)
HOURLY = (3600.0,) * 72
VALID_FOR = 90 * 86_400
OK, FAILED, PENDING = 1, 2, 0
"""What the system answers when asked for codes."""
AGREED, REFUSED = 1, 2
"""What it calls back with about a refund."""


@dataclass(slots=True)
class Issue:
    """An order that waits for its codes since then (epoch seconds)."""

    shop: Shop
    record: Record
    since: float
    ended: bool = False

    @property
    def sale(self) -> Sale:
        """The order's unchanging part."""
        sale: Sale = self.record.latest.content["sale"]
        return sale


@dataclass(slots=True)
class Review:
    """A refund of one voucher that waits for a decision. `result`: AGREED, REFUSED."""

    shop: Shop
    record: Record
    n: int
    case_id: str
    since: float
    result: int | None = None

    @property
    def sale(self) -> Sale:
        """The order's unchanging part."""
        sale: Sale = self.record.latest.content["sale"]
        return sale


class ThirdCodes:
    """Of all merchants of the box. Its dice are its own."""

    def __init__(
        self,
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        spi: Spi,
        seed: int,
    ) -> None:
        self.on = False
        self.issues: dict[str, Issue] = {}
        """By order, ended ones too."""
        self.reviews: dict[str, Review] = {}
        """By after_sale_id, decided ones too."""
        self.codes: dict[str, tuple[str, ...]] = {}
        """By order, one for each voucher; empty text where there is none yet."""
        self.statuses: list[JSON] = []
        """What was answered when orders' statuses were asked for."""
        self.effects: defaultdict[str, list[Effect]] = defaultdict(list)
        self._clock, self._switches, self._options = clock, switches, options
        self._spi, self._seed = spi, seed
        spi.each_time = self.settle

    def wants(self, sale: Sale) -> bool:
        """Whether this order, just paid, gets its codes from the merchant's system."""
        share = self._options.third_codes
        if not self.on or not share or sale.order_type != GROUPON:
            return False
        one = len({unit.product.sku_id for unit in sale.units}) == 1
        chance = random.Random(f"{self._seed}:third:{sale.order_id}").random()
        return one and chance < share

    def code(self, order_id: str, n: int) -> str:
        """The third-party code of an order's n-th voucher; empty where it has none."""
        codes = self.codes.get(order_id, ())
        return codes[n] if n < len(codes) else ""

    # Issuing ------------------------------------------------------------------------

    def paid(self, shop: Shop, record: Record) -> None:
        """The order was paid: its codes are asked for."""
        issue = Issue(shop, record, self._clock.now())
        self.issues[record.id] = issue
        self._spi.ask(
            ISSUE,
            self._issue_body(issue),
            ISSUE_GAPS,
            lambda data: self._issue_heard(issue, data),
            lambda: issue.ended,
            self._options.spi_delay,
        )

    def _issue_body(self, issue: Issue) -> JSON:
        sale = issue.sale
        product = sale.units[0].product
        third = issue.shop.out_id(product.product_id)
        sku = {"sku_name": product.title, "sku_id": product.sku_id, "third_sku_id": third}
        body: JSON = {
            "order_id": sale.order_id,
            "count": len(sale.units),
            "start_time": sale.created,
            "expire_time": sale.created + VALID_FOR,
            "sku_id": product.sku_id,
            "third_sku_id": third,
            "sku": sku,
            "amount": {
                "original_amount": sale.original,
                "pay_amount": sale.pay,
                "ticket_amount": sum(u.platform_off for u in sale.units),
                "merchant_ticket_amount": sum(u.merchant_off for u in sale.units),
            },
            "open_id": sale.buyer.open_id,
        }
        if sale.ext_order_id:
            body["third_order_id"] = sale.ext_order_id
        if self._switches["spi_certificates"] == "named":
            ids = [certificate_id(sale, n) for n in range(len(sale.units))]
            body["certificate_info_list"] = [{"certificate_id": id} for id in ids]
        return body

    def _issue_heard(self, issue: Issue, data: JSON) -> bool:
        match data.get("result"):
            case 1:
                codes = codes_of(data, issue.sale)
                if codes is None:
                    return False
                self.issued(issue, codes, "answer", str(data.get("third_order_id") or ""))
                return True
            case 2:
                self.failed(issue, "answer")
                return True
            case 0:
                return True
        return False

    def issued(self, issue: Issue, codes: Sequence[str], by: str, third: str = "") -> None:
        """The vouchers are there, with these codes."""
        issue.ended = True
        self.codes[issue.record.id] = tuple(codes)
        facts = {"codes": ",".join(codes), "by": by, "third_order_id": third}
        self._note(issue.shop, "codes", issue.record.id, facts)
        issue.shop.move_all(issue.record, 100, status=201, third="issued")

    def failed(self, issue: Issue, by: str) -> None:
        """The system said it cannot: paid back, nobody is asked."""
        issue.ended = True
        self._note(issue.shop, "codes_failed", issue.record.id, {"by": by})
        issue.shop.move_all(issue.record, 300, third="refused")
        issue.shop.move_all(issue.record, 301, status=101)

    # Refunds ------------------------------------------------------------------------

    def noted(
        self, shop: Shop, record: Record, before: tuple[Piece, ...], third: str
    ) -> None:
        """Vouchers of such an order have changed: some may want their money back."""
        after = record.latest.content["items"]
        for n, (old, new) in enumerate(zip(before, after, strict=True)):
            asked = new.status == 300 != old.status
            case = shop.backroom.after_sales.open_case(record.id, n) if asked else None
            if case is not None and third != "refused":
                self._review(Review(shop, record, n, case.id, self._clock.now()))

    def _review(self, review: Review) -> None:
        self.reviews[review.case_id] = review
        self._spi.ask(
            REFUND,
            self._refund_body(review),
            HOURLY,
            lambda data: self._review_heard(review, data),
            lambda: review.result is not None,
            self._options.spi_delay,
        )

    def _refund_body(self, review: Review) -> JSON:
        sale, n = review.sale, review.n
        case = review.shop.backroom.after_sales.drawer.get(review.case_id)
        reason = case.latest.content["reason"][1] if case else ""
        voucher = {
            "certificate_id": certificate_id(sale, n),
            "code": self.code(sale.order_id, n),
            "refund_amount": sale.units[n].pay,
        }
        named = {"after_sale_id": review.case_id, "biz_uniq_key": review.case_id}
        only = self._switches["spi_refund_key"]
        return {
            "order_id": sale.order_id,
            **({only: review.case_id} if only in named else named),
            "certificates": [voucher],
            "refund_amount": sale.units[n].pay,
            "refund_reason": reason,
            "apply_time": int(review.since),
        }

    def _review_heard(self, review: Review, data: JSON) -> bool:
        """Any answer with error_code 0 that is no decision means: a decision follows."""
        first = 1 if self._switches["spi_refund_result"] == "123" else 0
        match data.get("result"):
            case int(word) if word == first + AGREED:
                self.decide(review, AGREED, "answer")
            case int(word) if word == first + REFUSED:
                code = _code_in(data) or self.code(review.record.id, review.n)
                if code:
                    self.decide(review, REFUSED, "answer", code)
        return True

    def decide(
        self, review: Review, result: int, by: str, code: str = "", reason: str = ""
    ) -> None:
        """The refund is agreed to or refused; refused, the voucher has this code."""
        review.result = result
        refused = result == REFUSED
        if refused:
            codes = list(self.codes.get(review.record.id, ("",) * len(review.sale.units)))
            codes[review.n] = code or codes[review.n]
            self.codes[review.record.id] = tuple(codes)
            review.shop.backroom.after_sales.judged.add((review.record.id, review.n))
        facts = {"result": result, "by": by, "code": code, "reason": reason}
        self._note(review.shop, "refund_audit", review.case_id, facts)
        review.shop.decide(review.record, review.n, refunded=not refused)

    # Time ---------------------------------------------------------------------------

    def settle(self) -> None:
        """What nobody decided in time is decided."""
        now, options = self._clock.now(), self._options
        for issue in list(self.issues.values()):
            if not issue.ended and now - issue.since >= options.spi_issue_limit:
                issue.ended = True
                self._note(issue.shop, "codes_failed", issue.record.id, {"by": "limit"})
                issue.shop.move_all(issue.record, 300, third="failed")
        for review in list(self.reviews.values()):
            waits = review.result is None
            if waits and now - review.since >= options.spi_review_limit:
                self.decide(review, AGREED, "limit")
                self._tell(review)

    def _tell(self, review: Review) -> None:
        """The system hears of a refund it did not decide. Source: refund.notice."""
        sale, n = review.sale, review.n
        row = {
            "certificate_id": certificate_id(sale, n),
            "code": self.code(sale.order_id, n),
            "apply_time": int(review.since),
            "audit_time": int(self._clock.now()),
            "audit_result": review.result,
        }
        named = {"order_id": sale.order_id, "after_sale_id": review.case_id}
        body = {**named, "notice_list": [row]}
        self._spi.ask(NOTICE, body, ISSUE_GAPS, lambda _: True, lambda: False)

    def ask_status(self, order_ids: Sequence[str], scene: int = 1) -> None:
        """Ask the system how these orders stand; `statuses` gets the answers' data."""
        body = {"scene": scene, "order_ids": list(order_ids)}

        def heard(data: JSON) -> bool:
            self.statuses.append(data)
            return True

        self._spi.ask(STATUS, body, (), heard, lambda: False)

    def _note(self, shop: Shop, kind: str, target: str, facts: dict[str, Any]) -> None:
        self.effects[shop.id].append(Effect(self._clock.now(), kind, target, facts))


def codes_of(data: JSON, sale: Sale) -> tuple[str, ...] | None:
    """One code for each voucher, in `codes` or by certificate; None where none fit."""
    count = len(sale.units)
    named = {
        str(row.get("certificate_id")): row.get("code")
        for row in data.get("certificates") or ()
        if isinstance(row, dict)
    }
    found = data.get("codes") or [named.get(certificate_id(sale, n)) for n in range(count)]
    good = isinstance(found, list) and all(isinstance(c, str) and c for c in found)
    return tuple(found) if good and len(set(found)) == len(found) == count else None


def _code_in(data: JSON) -> str:
    """The code of a refusal, for a voucher that had none."""
    for name in ("certificates", "certificate"):
        for row in data.get(name) or ():
            if isinstance(row, dict) and isinstance(row.get("code"), str):
                return str(row["code"])
    codes = data.get("codes") or [data.get("code")]
    return codes[0] if isinstance(codes[0], str) else ""
