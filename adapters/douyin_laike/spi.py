"""What the platform asks and waits for (SPI): how orders stand, and whether to refund.

Every question has an address of its own. It waits 8 s for an answer; a refund's error is
asked again every hour, and one that nobody decides within its limit is granted.
Source: pages local-life/connect/spi-signature-rules, order.query/status_query,
tripartite.code/refund.apply, group-buy-solution/order-refund/refund-spi; channel paper
§4.4-§4.6, §10. C: the numbers of `result`, as one client in production answers them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pydantic import Field

from hub_core.wire import JSON, Id, SomeId, SomeText, SomeWhole, Wire

from .sign import spi_signature, spi_signature_of_old

SIGNATURE = "x-life-sign"
HEX = re.compile(r"[0-9a-f]{64}")
OLD_HEX = re.compile(r"[0-9a-f]{32}")
MOST_ORDERS = 100
AGAIN = 100
"""The error code that means: a trouble of ours, ask again."""


class WireStatusAsk(Wire):
    """How these orders stand with us. `scene` asks for more fields, or fewer."""

    order_ids: list[Id] = Field(min_length=1, max_length=MOST_ORDERS)
    scene: SomeText = None


class WireCertificate(Wire):
    """One voucher that is to be refunded; without a code it was never issued."""

    certificate_id: Id


class WireRefundAsk(Wire):
    """Whether a refund is granted. Pages differ in what the amount is called, and in the
    name of the case."""

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
    vouchers = sorted(x.certificate_id for x in said.certificates or said.certificate or ())
    key = said.after_sale_id or said.biz_uniq_key
    if key is None:
        text = "/".join([said.order_id, *vouchers])
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Refund(said.order_id, key, _amount(said))


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
