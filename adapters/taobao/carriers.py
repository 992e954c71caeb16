"""The carriers TOP knows, and how a shipment that was refused is told.

Source: taobao.logistics.companies.get, structure LogisticsCompany (2026
metadata); channel paper §4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import Field, TypeAdapter

from hub_core.errors import Rejected
from hub_core.wire import JSON, Ask, SomeId, SomeText, Text, Wire

from .common import rows

LONGEST_WAYBILL = 64
"""Longer than any; a pattern from outside is run on no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One carrier. `waybills` is the platform's pattern of its waybill numbers."""

    code: str
    name: str | None
    external_id: str | None = None
    waybills: str | None = field(default=None, repr=False)

    def fits(self, waybill: str) -> bool | None:
        """Whether the platform would take this number for one of the carrier's; None where
        it gives no pattern, or one that can't be used here."""
        if not self.waybills or len(waybill) > LONGEST_WAYBILL:
            return None
        try:
            return re.fullmatch(self.waybills, waybill) is not None
        except re.error:
            return None


class CompaniesAsk(Ask):
    """Every carrier a seller may hand parcels to."""

    fields_: str = Field("id,code,name,reg_mail_no", serialization_alias="fields")


class WireCompany(Wire):
    """One carrier as TOP has it."""

    code: Text
    name: SomeText = None
    id: SomeId = None
    reg_mail_no: SomeText = None


_COMPANIES: TypeAdapter[list[WireCompany]] = TypeAdapter(list[WireCompany])


def read_companies(body: JSON) -> tuple[Carrier, ...]:
    """All carriers. An answer without any is no answer."""
    found = _COMPANIES.validate_python(
        rows(body.get("logistics_companies"), "logistics_company")
    )
    if not found:
        raise ValueError("not one carrier")
    return tuple(
        [
            Carrier(code=c.code, name=c.name, external_id=c.id, waybills=c.reg_mail_no)
            for c in found
        ]
    )


def proved(part: object, word: str) -> bool:
    """That a shipment was taken, in the one word that says so; a no is Rejected."""
    if not isinstance(part, dict):
        raise ValueError("the answer about the shipment is no object")
    said = part[word]
    if said is True or said == "true":
        return True
    if said is False or said == "false":
        raise Rejected("the platform says the shipment was not taken")
    raise ValueError(f"{word} is neither true nor false")
