"""What really happened to an order, told without the platform's own field names."""

from __future__ import annotations

from typing import Any

from hub_core.sandbox import Record, TruthOrder, TruthVersion, Version

from .states import NOT_PAY, spoken


def truth(record: Record, late: float, pinyin: bool) -> TruthOrder:
    """Status is the state word as sent; paid is the buyer's money in fen: orderPayment,
    and what came off the buyer's balance with JD.

    An order waiting for payment stands in stream `unpaid` and has nothing paid: None.
    `late` is by how many seconds the list runs behind.
    """
    versions = tuple(_version(version, late, pinyin) for version in record.versions)
    last = versions[-1]
    return TruthOrder(
        external_id=record.id,
        stream=last.stream,
        updated_at=last.updated_at,
        visible_at=last.visible_at,
        status=last.status,
        paid=last.paid,
        removed=record.removed_at is not None,
        versions=versions,
    )


def _version(version: Version, late: float, pinyin: bool) -> TruthVersion:
    content = version.content
    return TruthVersion(
        updated_at=version.updated_at,
        visible_at=version.visible_at + late,
        status=spoken(content["state"], pinyin),
        paid=None if content["state"] == NOT_PAY else _paid(content),
        stream="unpaid" if content["state"] == NOT_PAY else "orders",
    )


def _paid(content: dict[str, Any]) -> int:
    paid: int = content["paid"] + content["basket"].balance
    return paid
