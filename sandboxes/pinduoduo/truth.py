"""What really happened, told without the platform's own field names."""

from __future__ import annotations

from hub_core.sandbox import Record, TruthOrder, TruthVersion, Version


def truth(record: Record, late: float) -> TruthOrder:
    """Status is the number in `order_status` as text: 1 to ship, 2 shipped, 3 signed.

    Cancelled, refunded and reviewed orders keep it: those stand in fields of their own.
    Paid is pay_amount in fen. `late` is by how many seconds the list runs behind.
    """
    versions = tuple(_version(version, late) for version in record.versions)
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


def _version(version: Version, late: float) -> TruthVersion:
    return TruthVersion(
        updated_at=version.updated_at,
        visible_at=version.visible_at + late,
        status=str(version.content["status"]),
        paid=version.content["basket"].paid,
    )
