"""Telling the platform what was decided of what it asked (审核回调, 发券回调).

Since 2022, until now. Of a refund: granted or refused, of a case or of its vouchers; a
refusal has its reason, and the code of each voucher the platform was never given one of. Of
codes: here they are, or there are none. Deliveries (随心团) have a call of their own. The
answer says that it was heard, and nothing else; with another code than 0 it was not, and
may be told again. How a refund stands the lookup of after-sales shows.
Source: pages tripartite.code/refund.audit, tripartite.code/callback, takeout/refundresult;
SDK 1.1.0; channel paper §3.4, §3.8. B: the fields of a delivery.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub_core.wire import JSON, Ask, Call


class VoucherAnswer(Ask):
    """One voucher. Its code only with a refusal, where it has none yet."""

    certificate_id: str = Field(min_length=1)
    code: str | None = Field(default=None, repr=False)


class RefundAnswer(Ask):
    """What was decided of a refund."""

    result: Literal[1, 2]
    after_sale_id: str | None = None
    certificate_id: str | None = None
    certificate: list[VoucherAnswer] | None = None
    reason: str | None = None


class Codes(Ask):
    """The codes of an order, or that there are none."""

    order_id: str = Field(min_length=1)
    result: Literal[1, 2]
    codes: list[str] | None = Field(default=None, repr=False)
    third_order_id: str | None = None
    fail_reason: str | None = None


class RejectReason(Ask):
    """Why not; the codes are the platform's own."""

    reason_code: list[int]
    desc: str | None = None


class DeliveryAnswer(Ask):
    """What was decided of a delivery's refund."""

    after_sale_id: str = Field(min_length=1)
    is_approved: bool
    reject_reason: RejectReason | None = None


def read(data: JSON) -> None:
    """It was heard: that was proven when the envelope was opened."""


def _telling(name: str, path: str, ask: type[Ask]) -> Call[None]:
    return Call(
        name=name, endpoint=path, ask=ask, read=read, shape="answers_v1",
        status="documented", is_write=True,
    )  # fmt: skip


REFUND = _telling("answers.refund", "/goodlife/v1/fulfilment/refund/audit/", RefundAnswer)
CODES = _telling("answers.codes", "/goodlife/v1/fulfilment/create/callback/", Codes)
DELIVERY = _telling(
    "answers.delivery", "/goodlife/v1/after_sale/audit/notify/", DeliveryAnswer
)
