"""What the platform pushes (消息推送): which event it is, and what it names.

A push has hardly more than ids and may come twice, late, or not at all; what is so is
asked for. Its `content` is JSON in a text, an object where the address is tried.
Source: pages local-life/develop/OpenAPI/preparation/massages.push,
order.query/trade.order.notify, order.query/trade.certificate.notify,
groupon-refund/system-code-refund-notice, dop/develop/webhooks/summarize; channel paper
§4.1-§4.3, §10.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub_core.wire import JSON, Epoch, Id, SomeId, SomeText, Text, Wire, strict_json

from .sign import webhook_signature

SIGNATURE = "x-douyin-signature"
TRIED = "verify_webhook"
HEX = re.compile(r"[0-9a-f]{40}")
WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
LARGEST = 10**18


class WirePush(Wire):
    """The body of any push. `client_key` may be empty where the address is tried."""

    event: Text
    client_key: SomeText = None
    content: Any = None


class WireOrder(Wire):
    """`order` of an order event."""

    order_id: Id
    account_id: SomeId = None


class WireOrderEvent(Wire):
    """`life_trade_order_notify`: only paying is documented as its action."""

    order: WireOrder
    msg_time: Epoch = None


class WireCertificateEvent(Wire):
    """`life_trade_certificate_notify`. Its certificate stands under an order; a code of a
    third party may stand in it, which is not read."""

    certificate: WireOrder
    action: SomeText = None
    msg_time: Epoch = None


class WireRefundEvent(Wire):
    """`life_hermes_akte_after_sale_audit`: a buyer wants back what is used already."""

    order_id: Id
    account_id: SomeId = None
    refund_time: Epoch = None


class WireProductEvent(Wire):
    """The three events of products; none says whose they are."""

    product_id: Id


@dataclass(frozen=True, slots=True)
class Event:
    """What a push names. Without `kind` nothing the hub reads by an id."""

    word: str
    kind: str | None = None
    id: str | None = None
    account: str | None = None
    at: datetime | None = None
    wakes: tuple[str, ...] = ()


WAKES: Mapping[str, tuple[str, ...]] = {
    "verify": ("redemptions",),
    "verify_cancel": ("redemptions",),
    "refund_success": ("after_sales",),
}
"""What an action on a certificate changes besides its order."""


def genuine(secret: str, signatures: list[str], body: bytes) -> bool:
    """Whether the one signature is that of these bytes, whole, in lower case."""
    if len(signatures) != 1 or not HEX.fullmatch(signatures[0]):
        return False
    return hmac.compare_digest(signatures[0], webhook_signature(secret, body))


def tried_with(document: JSON) -> int | str | None:
    """The challenge of a push that tries the address; None for any other.

    Raises ValueError where it is neither a number nor a short word.
    """
    if document.get("event") != TRIED:
        return None
    content = document.get("content")
    value = (strict_json(content) if isinstance(content, str) else content or {}).get(
        "challenge"
    )
    if type(value) is int and abs(value) <= LARGEST:
        return value
    if isinstance(value, str) and WORD.fullmatch(value):
        return value
    raise ValueError("a challenge that is none")


def read(document: JSON, app_key: str) -> Event:
    """What a push is about. Raises ValueError where it is another app's, or an event
    that is known is not as documented."""
    push = WirePush.model_validate(document)
    if push.client_key not in (None, app_key):
        raise ValueError("it names another app")
    reader = EVENTS.get(push.event)
    if reader is None:
        return Event(push.event)
    content = push.content
    return reader(push.event, strict_json(content) if isinstance(content, str) else content)


def _order(word: str, content: Any) -> Event:
    said = WireOrderEvent.model_validate(content)
    return Event(word, "orders", said.order.order_id, said.order.account_id, said.msg_time)


def _certificate(word: str, content: Any) -> Event:
    said = WireCertificateEvent.model_validate(content)
    of, wakes = said.certificate, WAKES.get(said.action or "", ())
    return Event(word, "orders", of.order_id, of.account_id, said.msg_time, wakes)


def _refund(word: str, content: Any) -> Event:
    said = WireRefundEvent.model_validate(content)
    about = said.order_id, said.account_id, said.refund_time
    return Event(word, "orders", *about, ("after_sales",))


def _product(word: str, content: Any) -> Event:
    return Event(word, "products", WireProductEvent.model_validate(content).product_id)


EVENTS = {
    "life_trade_order_notify": _order,
    "life_trade_certificate_notify": _certificate,
    "life_hermes_akte_after_sale_audit": _refund,
    "life_product_audit": _product,
    "life_product_common_audit": _product,
    "life_product_status_change": _product,
}
"""Events that name something the hub can ask for. All others are kept and name nothing."""
