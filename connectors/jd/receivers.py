"""Receivers: an oaid is opened for an order. Older ciphertext (TDE) is not opened: its keys
are handed out to programs JD has examined. Source: channel paper JD §3; official Java SDK
(IOaidService), which names the fields and explains none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub_core.errors import Misconfigured
from hub_core.ports import (
    Purpose,
    Revealed,
    SealedReceiver,
    Session,
    Withheld,
    Withholding,
)

from .asking import shape

FACTS: Mapping[str, str] = {
    # The platform's words for purposes (scenesType). Nowhere listed; blank: not sent.
    "oaid_scene_shipping": "",
    "oaid_scene_after_sales": "",
    "oaid_scene_customer_service": "",
    "oaid_scene_invoice": "",
    "oaid_batch": "1",  # orders of one call; no most is stated
    "oaid_done": "0,200",  # codes of success
    "oaid_spent_words": "额度,配额,quota",  # in a refusal where the day's are spent
    "oaid_number_days": "",  # how long a virtual number is to last; blank: not sent
}


class JdReceivers:
    """The receivers of one shop."""

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, shape(session, "receivers")
        self.most = self._number("oaid_batch") or 1

    def cost(self, sealed: SealedReceiver) -> int:
        """One for an oaid; ciphertext is not opened."""
        return 1 if sealed.token else 0

    def same(self, one: SealedReceiver, other: SealedReceiver) -> bool | None:
        """An oaid that is the same is of the same receiver; of another nothing is said."""
        return True if one.token and one.token == other.token else None

    def reveal(
        self, sealed: Sequence[SealedReceiver], purpose: Purpose
    ) -> Sequence[Revealed | Withheld]:
        """One outcome for each; one the answer leaves out stays shut."""
        told = self._session.send(
            self._calls.DECRYPT,
            orders={int(one.order_external_id): one.token for one in sealed},
            scene=self._fact(f"oaid_scene_{purpose.value}") or None,
            days=self._number("oaid_number_days"),
        )
        if told.code not in self._words("oaid_done"):
            spent = any(
                word in (told.said or "") for word in self._words("oaid_spent_words")
            )
            why = Withholding.QUOTA_SPENT if spent else Withholding.REFUSED
            said = f"{told.code}: {told.said or 'no reason given'}"
            return [_withheld(one, why, said) for one in sealed]
        found = {row.order_external_id: row for row in told.receivers}
        return [_outcome(one, found.get(one.order_external_id)) for one in sealed]

    def _fact(self, name: str) -> str:
        return self._session.facts.get(name, FACTS[name])

    def _words(self, name: str) -> list[str]:
        return [word.strip() for word in self._fact(name).split(",") if word.strip()]

    def _number(self, name: str) -> int | None:
        given = self._fact(name)
        if given and not given.isdecimal():
            raise Misconfigured(f"jd: the fact {name} is a whole number")
        return int(given) if given else None


def _outcome(asked: SealedReceiver, row: Any) -> Revealed | Withheld:
    if row is None:
        return _withheld(asked, Withholding.REFUSED, "the answer leaves it out")
    if row.token not in (None, asked.token):
        return _withheld(asked, Withholding.STALE, None)
    phone, extension = row.phone, None
    if phone and row.is_virtual_number:
        phone, _, extension = phone.partition("-")
    return Revealed(
        order_external_id=asked.order_external_id,
        name=row.name,
        phone=phone,
        extension=extension or None,
        telephone=row.telephone,
        address=row.address,
        is_virtual=row.is_virtual_number,
        expires_at=row.number_until,
    )


def _withheld(asked: SealedReceiver, why: Withholding, said: str | None) -> Withheld:
    return Withheld(order_external_id=asked.order_external_id, reason=why, said=said)
