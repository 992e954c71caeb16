"""Receivers: the ciphertexts of an order, opened by the platform in batches.

Ciphertext is there while the order waits to be shipped and nothing holds it; afterwards its
fields are empty. The platform takes no purpose: each of the hub's is allowed unless a fact
leaves it out. Source: channel paper PDD §3 (consumer data), §4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.pinduoduo.receiver import same_text
from hub_core.errors import Rejected
from hub_core.ports import (
    Purpose,
    Revealed,
    SealedReceiver,
    Session,
    Withheld,
    Withholding,
)
from hub_core.wire import pick

from .asking import ADAPTERS

FACTS: Mapping[str, str] = {
    # The platform is told no purpose: what a shop may ask for is its owner's to narrow.
    "decrypt_purposes": "shipping,after_sales,customer_service,invoice",
    # Words of a refusal that mean the day's are spent; no document has them.
    "decrypt_spent_words": "额度,配额,quota",
}
FIELDS = ("name", "phone", "telephone", "address")
ROWS = 100


class PddReceivers:
    """The receivers of one shop."""

    most = ROWS // len(FIELDS)

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "receivers", session.shop.pins.get("receivers"))

    def cost(self, sealed: SealedReceiver) -> int:
        """One for each ciphertext."""
        return len(_wanted(sealed))

    def same(self, one: SealedReceiver, other: SealedReceiver) -> bool | None:
        """Equal search indexes mean equal texts within a shop; where there are none, only
        the very same ciphertext tells."""
        before, now = _wanted(one), _wanted(other)
        if not before or before.keys() != now.keys():
            return None
        told = [same_text(before[field], now[field]) for field in now]
        return False if False in told else None if None in told else True

    def reveal(
        self, sealed: Sequence[SealedReceiver], purpose: Purpose
    ) -> Sequence[Revealed | Withheld]:
        """One outcome for each; a text that stays shut leaves its field empty."""
        if purpose.value not in self._words("decrypt_purposes"):
            said = f"decrypt_purposes does not name {purpose.value}"
            return [_withheld(one, Withholding.NOT_PERMITTED, said) for one in sealed]
        rows = [
            {"order": one.order_external_id, "cipher": text}
            for one in sealed
            for text in _wanted(one).values()
        ]
        try:
            told = self._session.send(self._calls.DECRYPT, rows=rows)
        except Rejected as error:
            if not self._is_spent(str(error.args[0])):
                raise
            spent = Withholding.QUOTA_SPENT
            return [_withheld(one, spent, error.code) for one in sealed]
        return [self._outcome(one, told) for one in sealed]

    def _outcome(self, asked: SealedReceiver, told: Sequence[Any]) -> Revealed | Withheld:
        fields = {text: field for field, text in _wanted(asked).items()}
        rows = [r for r in told if r.order_external_id == asked.order_external_id]
        by_field = {fields.get(row.cipher or "", row.what): row for row in rows}
        found = {field: row.text for field, row in by_field.items() if row.text}
        if not found:
            said = next((row.refused for row in rows if row.refused), None)
            spent = self._is_spent(said or "")
            why = Withholding.QUOTA_SPENT if spent else Withholding.REFUSED
            return _withheld(asked, why, said or "the answer leaves it out")
        phone = by_field.get("phone")
        return Revealed(
            order_external_id=asked.order_external_id,
            name=found.get("name"),
            phone=found.get("phone"),
            telephone=found.get("telephone"),
            address=found.get("address") or found.get("full_address"),
            extension=phone.extension if phone else None,
            is_virtual=phone.is_virtual_number if phone else None,
        )

    def _is_spent(self, said: str) -> bool:
        return any(word in said for word in self._words("decrypt_spent_words"))

    def _words(self, name: str) -> list[str]:
        given = self._session.facts.get(name, FACTS[name]).split(",")
        return [word.strip() for word in given if word.strip()]


def _wanted(sealed: SealedReceiver) -> dict[str, str]:
    """Each ciphertext once: the address without its towns where there are both."""
    found = {field: text for field, text in sealed.ciphers.items() if text}
    if "address" in found:
        found.pop("full_address", None)
    return found


def _withheld(asked: SealedReceiver, why: Withholding, said: str | None) -> Withheld:
    return Withheld(order_external_id=asked.order_external_id, reason=why, said=said)
