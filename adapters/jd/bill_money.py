"""What was given back for a service bill, which JD tells by order and apart from the bill.

Whether `refoundAmount` (the platform's spelling) is fen or yuan its page does not say, and
clients differ. Source: jingdong.asc.serviceAndRefund.view (apiId 3405; 2026: 15040).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from hub_core.models import AfterSale, CaseStatus, Issue, Refund
from hub_core.wire import (
    JSON,
    ClockText,
    Fetched,
    Id,
    Misread,
    SomeId,
    SomeText,
    SomeYuan,
    Wire,
    complaint,
)

from .cases import SERVICE, fen
from .pages import bare

PAID, FAILED = "13", "14"
YUAN = "yuan"


@dataclass(frozen=True, slots=True)
class Money:
    """A page of what was given back for an order, as it came."""

    rows: tuple[Any, ...]
    total: int

    def is_of(self, order: str) -> bool:
        """Whether no row says that it is of another order: the answer to a former
        question tells nothing of this one."""
        return all(_order_of(row) in (None, order) for row in self.rows)


def _order_of(row: Any) -> str | None:
    same = row.get("sameOrderServiceBill") if isinstance(row, dict) else None
    said = same.get("orderId") if isinstance(same, dict) else None
    return str(said) if said and type(said) in (str, int) else None


class WireSame(Wire):
    """The bill that money belongs to."""

    model_config = ConfigDict(alias_generator=to_camel)

    service_id: Id
    ware_name: SomeText = None
    approve_date: ClockText = None


class WireMoney(Wire):
    """Money given back, or on its way; without an id of its own there is none as yet."""

    model_config = ConfigDict(alias_generator=to_camel)

    same_order_service_bill: WireSame
    afs_refund_id: SomeId = None
    refound_amount: Annotated[Any, "the fact service_money_unit"] = None
    complete_time: ClockText = None
    status: SomeText = None


_MONEY: TypeAdapter[WireMoney] = TypeAdapter(WireMoney)
_YUAN: TypeAdapter[int | None] = TypeAdapter(SomeYuan)


def with_money(found: Fetched, rows: Sequence[Any], unit: str) -> Fetched | Misread:
    """The bill with its own share of an order's money, which `rows` are.

    `unit` is fen, yuan, or blank: fen as far as is known, and said to be assumed. A share
    that can't be read makes the bill a `Misread`.
    """
    case = found.record
    assert isinstance(case, AfterSale)
    raw = _raw(found, rows)
    try:
        money = [m for m in map(_MONEY.validate_python, rows) if _is_of(m, case)]
        legs = tuple([_leg(one, unit) for one in money if one.afs_refund_id])
    except (ValueError, ArithmeticError) as error:
        return Misread(case.external_id, complaint(error), raw, case.channel_updated_at)
    return Fetched(_paid(_more(case, money), legs, unit), raw)


def without_money(found: Fetched) -> Fetched:
    """The bill where what was given back can't be asked for."""
    case = found.record
    assert isinstance(case, AfterSale)
    untold = (*case.issues, Issue("refunded_amount", "not_told"))
    return Fetched(replace(case, issues=untold), found.raw)


def _raw(found: Fetched, rows: Sequence[Any]) -> JSON:
    """Both answers under the platform's own names."""
    return {
        "serviceBrief": bare(found.raw, "serviceBrief"),
        "orderAfsAndRefund": list(rows),
    }


def _is_of(money: WireMoney, case: AfterSale) -> bool:
    return f"{SERVICE}{money.same_order_service_bill.service_id}" == case.external_id


def _leg(money: WireMoney, unit: str) -> Refund:
    read = _YUAN.validate_python if unit == YUAN else fen
    return Refund(
        external_id=str(money.afs_refund_id),
        amount=read(money.refound_amount),
        status_raw=money.status,
        succeeded_at=money.complete_time if money.status == PAID else None,
    )


def _more(case: AfterSale, money: Sequence[WireMoney]) -> AfterSale:
    """What only this answer tells of the bill: the time of the check, the goods' name."""
    if not money:
        return case
    bill = money[0].same_order_service_bill
    lines = tuple([replace(x, title=x.title or bill.ware_name) for x in case.lines])
    return replace(case, decided_at=case.decided_at or bill.approve_date, lines=lines)


def _paid(case: AfterSale, legs: tuple[Refund, ...], unit: str) -> AfterSale:
    """A bill that is done while its money is on its way is not over yet."""
    gone = [leg for leg in legs if leg.status_raw == PAID]
    waits = len(gone) < len(legs) and case.status is CaseStatus.CLOSED_DONE
    amounts = [leg.amount for leg in gone if leg.amount is not None]
    whole = bool(gone) and len(amounts) == len(gone)
    times = [leg.succeeded_at for leg in gone if leg.succeeded_at]
    done = case.status is CaseStatus.CLOSED_DONE and not waits
    return replace(
        case,
        status=CaseStatus.REFUNDING if waits else case.status,
        completed_at=case.completed_at or (max(times) if done and times else None),
        refunded_amount=sum(amounts) if whole else None,
        refunds=tuple([leg for leg in legs if leg.status_raw != FAILED]),
        issues=(*case.issues, *_doubts(legs, gone, unit, whole=whole)),
    )


def _doubts(
    legs: Sequence[Refund], gone: Sequence[Refund], unit: str, *, whole: bool
) -> list[Issue]:
    issues = []
    if any(leg.status_raw == FAILED for leg in legs):
        issues.append(Issue("refunds", "failed"))
    if gone and not whole:
        issues.append(Issue("refunded_amount", "missing"))
    if any(leg.amount for leg in legs) and not unit:
        issues.append(Issue("refunded_amount", "unit_assumed"))
    return issues
