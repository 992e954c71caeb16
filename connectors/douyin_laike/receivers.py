"""Receivers: the buyer's phone, the one thing an order has ciphertext of.

Text that begins with `Enc.` is opened by the platform, one unit of the app's daily quota
each; older text is opened by the app's secret, which the dialect does without a call. The
platform takes no purpose. Name and address stay masked. Source: channel paper §7, §9.11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.douyin_laike.local_cipher import LAST, LOCAL_IV, ONLINE
from hub_core.errors import Banned
from hub_core.ports import (
    Purpose,
    Revealed,
    SealedReceiver,
    Session,
    Withheld,
    Withholding,
)
from hub_core.wire import pick

from .facts import ADAPTERS, account_of

RECEIVER_FACTS: Mapping[str, str] = {
    LOCAL_IV: LAST,  # or first: clients differ (read by the dialect)
    # The platform is told no purpose: what a shop may ask for is its owner's to narrow.
    "decrypt_purposes": "shipping,after_sales,customer_service,invoice",
    # Codes of a text, or of the whole call, that mean the day's are spent.
    "decrypt_spent_codes": "2190001,28003017",
}


class LaikeReceivers:
    """The receivers of one account."""

    most = 50

    def __init__(self, session: Session) -> None:
        self._session = session
        self._calls = pick(ADAPTERS, "receivers", session.shop.pins.get("receivers"))

    def cost(self, sealed: SealedReceiver) -> int:
        """One for a phone the platform has to open."""
        return 1 if sealed.ciphers.get("phone", "").startswith(ONLINE) else 0

    def same(self, one: SealedReceiver, other: SealedReceiver) -> bool | None:
        """A phone's ciphertext tells of no address."""
        return None

    def reveal(
        self, sealed: Sequence[SealedReceiver], purpose: Purpose
    ) -> Sequence[Revealed | Withheld]:
        """One outcome for each."""
        if purpose.value not in self._words("decrypt_purposes"):
            said = f"decrypt_purposes does not name {purpose.value}"
            return [_withheld(one, Withholding.NOT_PERMITTED, said) for one in sealed]
        texts = tuple(dict.fromkeys(one.ciphers["phone"] for one in sealed))
        try:
            told = self._session.send(
                self._calls.DECRYPT, account=account_of(self._session.shop), texts=texts
            )
        except Banned as error:
            if not self._is_spent(error.code):
                raise
            spent = Withholding.QUOTA_SPENT
            return [_withheld(one, spent, error.code) for one in sealed]
        by_place = dict(zip(texts, told, strict=False))
        found = by_place | {row.cipher: row for row in told if row.cipher}
        return [self._outcome(one, found.get(one.ciphers["phone"])) for one in sealed]

    def _outcome(self, asked: SealedReceiver, row: object) -> Revealed | Withheld:
        if row is None:
            return _withheld(asked, Withholding.REFUSED, "the answer leaves it out")
        text, code = getattr(row, "text", None), getattr(row, "code", None)
        if text is None:
            spent = self._is_spent(code)
            why = Withholding.QUOTA_SPENT if spent else Withholding.REFUSED
            return _withheld(asked, why, code)
        return Revealed(order_external_id=asked.order_external_id, phone=text)

    def _is_spent(self, code: str | None) -> bool:
        return (code or "").partition("/")[0] in self._words("decrypt_spent_codes")

    def _words(self, name: str) -> list[str]:
        given = self._session.facts.get(name, RECEIVER_FACTS[name]).split(",")
        return [word.strip() for word in given if word.strip()]


def _withheld(asked: SealedReceiver, why: Withholding, said: str | None) -> Withheld:
    return Withheld(order_external_id=asked.order_external_id, reason=why, said=said)
