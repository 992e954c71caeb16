"""What the platform asks and waits for (SPI): how orders stand, codes, refunds.

Every question has an address of its own. It waits 8 s for an answer. Codes are asked for
again after an error, six times within ten minutes; a refund every hour, and one that nobody
decides within its limit is granted. What it decides without us it tells once, in another.
Source: pages local-life/connect/spi-signature-rules, order.query/status_query,
tripartite.code/create, tripartite.code/refund.apply, tripartite.code/refund.notice,
group-buy-solution/order-refund/refund-spi; channel paper §4.4-§4.6, §10. B: the fields of
the question for codes, as two systems in production read them. C: the numbers of a refund's
`result`, as one client in production answers them; what the codes of a refusal stand in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from pydantic import Field

from hub_core.wire import JSON, Id, SomeId, SomeText, SomeWhole, Wire

from .sign import spi_signature, spi_signature_of_old

SIGNATURE = "x-life-sign"
HEX = re.compile(r"[0-9a-f]{64}")
OLD_HEX = re.compile(r"[0-9a-f]{32}")
MOST_ORDERS, MOST_CODES = 100, 500
ISSUING, ISSUED, FAILED = 0, 1, 2
"""`result` of the answer to who asks for codes."""
GRANTED, DENIED = 1, 2
"""`audit_result` of a refund, and `result` of what it is told of one."""
AGAIN = 100
"""The error code that means: a trouble of ours, ask again."""


class WireStatusAsk(Wire):
    """How these orders stand with us. `scene` asks for more fields, or fewer."""

    order_ids: list[Id] = Field(min_length=1, max_length=MOST_ORDERS)
    scene: SomeText = None


class WireCertificate(Wire):
    """One voucher; without a code it was never issued."""

    certificate_id: Id
    code: SomeText = Field(default=None, repr=False)


class WireSku(Wire):
    """What was bought: the platform's id, and the merchant's."""

    sku_id: SomeId = None
    third_sku_id: SomeId = None


class WireIssueAsk(WireSku):
    """Codes for an order. Vouchers are named by newer forms (of scenic spots as
    certificate_info_list), else counted."""

    order_id: Id
    count: SomeWhole = None
    sku: WireSku | None = None
    certificates: list[WireCertificate] | None = None
    certificate_info_list: list[WireCertificate] | None = None


class WireNotice(WireCertificate):
    """What became of one voucher's refund without us: 1 granted, 2 refused."""

    audit_result: SomeWhole = None


class WireRefundNotice(Wire):
    """Refunds that were decided without us. The case is named where it has several."""

    order_id: Id
    after_sale_id: SomeId = None
    notice_list: list[WireNotice] = Field(min_length=1)


class WireRefundAsk(Wire):
    """Whether a refund is granted. Pages differ in what the amount is called, and in the
    name of the case: biz_uniq_key is its id, too (page store-pickup/…/merchant-refund)."""

    order_id: Id
    after_sale_id: SomeId = None
    biz_uniq_key: SomeId = None
    certificates: list[WireCertificate] | None = None
    certificate: list[WireCertificate] | None = None
    refund_amount: SomeWhole = None
    refund_fee: SomeWhole = None
    delivery_fee: SomeWhole = None


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that is asked for; the amount in fen, None where it is not said."""

    order_id: str
    key: str
    amount: int | None
    case: str | None
    vouchers: tuple[str, ...]
    uncoded: tuple[str, ...]
    """Of these the platform has no code."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Codes that are asked for: how many, and for what."""

    order_id: str
    count: int
    sku_id: str | None
    third_sku_id: str | None
    vouchers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Refunds decided without us: by which names we know them, and what was decided."""

    order_id: str
    keys: tuple[str, ...]
    granted: bool
    vouchers: tuple[str, ...]
    codes: tuple[str, ...] = field(repr=False)


def genuine(secret: str, signatures: list[str], query: str, body: bytes, old: bool) -> bool:
    """Whether the one signature is that of this query and these bytes.

    `old`: the signature stands in the query, as apps that never migrated are sent it.
    """
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=32)
    if any("&" in key + value for key, value in pairs):
        return False  # it could be read as another query, or as a body
    given = [value for key, value in pairs if key == "sign"] if old else signatures
    if len(given) != 1 or not (OLD_HEX if old else HEX).fullmatch(given[0]):
        return False
    make = spi_signature_of_old if old else spi_signature
    return hmac.compare_digest(given[0], make(secret, pairs, body))


def orders_asked(document: JSON) -> tuple[str, ...]:
    """The orders whose standing is asked."""
    return tuple(dict.fromkeys(WireStatusAsk.model_validate(document).order_ids))


def refund_asked(document: JSON) -> Refund:
    """The refund that is asked for. Without an id of the case it is known by its order and
    its vouchers, which may be refunded one by one."""
    said = WireRefundAsk.model_validate(document)
    named = said.certificates or said.certificate or ()
    vouchers = sorted(one.certificate_id for one in named)
    case = said.after_sale_id or said.biz_uniq_key
    key = case or _key(said.order_id, vouchers)
    return Refund(
        said.order_id, key, _amount(said), case, tuple(vouchers),
        tuple(sorted(one.certificate_id for one in named if not one.code)),
    )  # fmt: skip


def _key(order_id: str, vouchers: Sequence[str]) -> str:
    text = "/".join([order_id, *sorted(vouchers)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def codes_asked(document: JSON) -> Issue:
    """The codes that are asked for: one for each voucher that is named, else as many as it
    says. Raises ValueError where it says neither."""
    said = WireIssueAsk.model_validate(document)
    sku = said.sku or WireSku()
    named = said.certificates or said.certificate_info_list or ()
    vouchers = tuple(one.certificate_id for one in named)
    count = len(vouchers) or said.count or 0
    if not 1 <= count <= MOST_CODES or len(set(vouchers)) != len(vouchers):
        raise ValueError("how many codes are asked for is not told")
    return Issue(
        said.order_id, count, sku.sku_id or said.sku_id,
        sku.third_sku_id or said.third_sku_id, vouchers,
    )  # fmt: skip


def refund_told(document: JSON) -> Notice:
    """Refunds that were decided without us. Granted only if each of them was."""
    said = WireRefundNotice.model_validate(document)
    vouchers = tuple(one.certificate_id for one in said.notice_list)
    keys = [_key(said.order_id, vouchers), *(_key(said.order_id, [v]) for v in vouchers)]
    if said.after_sale_id is not None:
        keys = [said.after_sale_id, *keys]
    return Notice(
        said.order_id, tuple(dict.fromkeys(keys)),
        all(one.audit_result == GRANTED for one in said.notice_list), vouchers,
        tuple(one.code for one in said.notice_list if one.code),
    )  # fmt: skip


def _amount(said: WireRefundAsk) -> int | None:
    """The goods' amount, and with it the delivery's; neither alone stands for both."""
    if said.refund_amount is not None or said.refund_fee is None:
        return said.refund_amount
    return said.refund_fee + (said.delivery_fee or 0)


def answer(code: int = 0, description: str = "success", **more: Any) -> JSON:
    """An answer. With a code other than 0 nothing else of it is read."""
    return {"data": {"error_code": code, "description": description, **more}}


def standings(rows: Sequence[JSON]) -> JSON:
    """How orders stand, each under its id."""
    return answer(result={row["order_id"]: row for row in rows})


def issued(vouchers: Sequence[str], codes: Sequence[str]) -> JSON:
    """Codes as an answer has them: beside their vouchers where these were named."""
    if not vouchers:
        return {"codes": list(codes)}
    pairs = zip(vouchers, codes, strict=True)
    return {"certificates": [{"certificate_id": v, "code": c} for v, c in pairs]}
