"""Receivers: an OAID is opened for a scene, each row counted by the platform.

A trade that is closed is opened for nobody; an OAID that is no longer the trade's stands
for a former address, and what comes with it is not passed on. Source:
taobao.top.oaid.decrypt (apiId 54714) and its twin for clients (55714, for
desensitize_rule); channel paper §3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub_core.errors import Misconfigured, Rejected
from hub_core.ports import (
    Purpose,
    Revealed,
    SealedReceiver,
    Session,
    Withheld,
    Withholding,
)
from hub_core.wire import pick

from .facts import ADAPTERS

RECEIVER_FACTS: Mapping[str, str] = {
    # Which scene each purpose is, is the hub's reading of the scenes' names. Blank: the
    # platform names none, so that it is not asked.
    "scene_shipping": "1006",  # sending without a printed waybill
    "scene_after_sales": "2001",
    "scene_customer_service": "2002",
    "scene_invoice": "",
    "virtual_number_days": "",  # blank: as long as the platform likes
    "decrypt_spent_words": "quota",  # in the code that refuses where the day's are spent
}
CLOSED = "ORDERCLOSED"


class Receivers:
    """The receivers of one shop."""

    most = 20

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "receivers", session.shop.pins.get("receivers"))

    def cost(self, sealed: SealedReceiver) -> int:
        """One for an OAID: every row is counted."""
        return 1 if sealed.token else 0

    def same(self, one: SealedReceiver, other: SealedReceiver) -> bool | None:
        """An OAID changes with the address, within its app, shop and week of creation."""
        if not one.token or not other.token:
            return None
        return one.token == other.token

    def reveal(
        self, sealed: Sequence[SealedReceiver], purpose: Purpose
    ) -> Sequence[Revealed | Withheld]:
        """One outcome for each."""
        scene = self._fact(f"scene_{purpose.value}")
        if not scene:
            said = f"no scene of the platform is set for {purpose.value}"
            return [_withheld(one, Withholding.NOT_PERMITTED, said) for one in sealed]
        try:
            told = self._session.send(
                self._calls.DECRYPT, queries=self._rows(sealed, scene)
            )
        except Rejected as error:
            if not self._is_spent(error):
                raise
            spent = Withholding.QUOTA_SPENT
            return [_withheld(one, spent, error.code) for one in sealed]
        found = {(row.order_external_id, row.token): row for row in told}
        return [
            _outcome(one, found.get((one.order_external_id, one.token))) for one in sealed
        ]

    def _rows(self, sealed: Sequence[SealedReceiver], scene: str) -> list[dict[str, Any]]:
        days = self._fact("virtual_number_days")
        if days and not days.isdecimal():
            raise Misconfigured("taobao: the fact virtual_number_days is a whole number")
        more = {"days": int(days)} if days else {}
        return [
            {"order": one.order_external_id, "token": one.token, "scene": scene, **more}
            for one in sealed
        ]

    def _is_spent(self, error: Rejected) -> bool:
        words = self._fact("decrypt_spent_words").split(",")
        return any(word and word in (error.code or "") for word in words)

    def _fact(self, name: str) -> str:
        return self._session.facts.get(name, RECEIVER_FACTS[name])


def _outcome(asked: SealedReceiver, row: Any) -> Revealed | Withheld:
    if row is None:
        return _withheld(asked, Withholding.REFUSED, "the answer leaves it out")
    if row.refused:
        closed = CLOSED in row.refused
        reason = Withholding.ORDER_CLOSED if closed else Withholding.REFUSED
        return _withheld(asked, reason, row.refused)
    if row.matched is False:
        return _withheld(asked, Withholding.STALE, None)
    phone, extension = _dialled(row.phone, virtual=bool(row.is_virtual_number))
    return Revealed(
        order_external_id=asked.order_external_id,
        name=row.name,
        phone=phone,
        extension=extension,
        telephone=row.telephone,
        province=row.province,
        city=row.city,
        district=row.district,
        town=row.town,
        address=row.address,
        is_virtual=row.is_virtual_number,
        expires_at=row.number_until,
    )


def _dialled(phone: str | None, *, virtual: bool) -> tuple[str | None, str | None]:
    """`18877771111-123`: a virtual number and its extension."""
    if phone is None or not virtual:
        return phone, None
    number, _, extension = phone.partition("-")
    return number, extension or None


def _withheld(asked: SealedReceiver, why: Withholding, said: str | None) -> Withheld:
    return Withheld(order_external_id=asked.order_external_id, reason=why, said=said)
