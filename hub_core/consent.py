"""Whether a shop's owner lets the app in, as the platform's answers to calls tell it.

A token can be good and a shop closed to it: where one token serves every shop of the app,
an owner who withdraws ends nothing but the answers. The shop then rests: it is told of
once, asked once an hour whether its owner has come back, and read on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from .errors import HubError, Unauthorised
from .store import Store, notes, shops
from .store.shops import Shop

ASK_AGAIN = timedelta(hours=1)
"""How long a shop that was refused is left alone."""


class Consent:
    """Each shop's standing, kept in the store: all processes go by it."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def check(self, shop: Shop) -> None:
        """Raises Unauthorised, without a call, while the shop rests."""
        with self._store.reading() as connection:
            refusal = shops.refusal(connection, shop.id)
        if refusal and self._now() - refusal.at < ASK_AGAIN:
            raise Unauthorised(f"{refusal.why}; {_remedy(shop)}")

    def learn(self, shop: Shop, error: HubError | None) -> None:
        """Keep what the end of a reading says of it.

        Of errors only an answer to a call of the shop counts: what its token's own state
        forbids was never sent, and is told of there.
        """
        if error is None:
            self.resume(shop)
        elif isinstance(error, Unauthorised) and error.journal_id is not None:
            self._refuse(shop, str(error.args[0]))

    def resume(self, shop: Shop) -> bool:
        """Call the shop again; False where it did not rest."""
        with self._store.reading() as connection:
            if shops.refusal(connection, shop.id) is None:
                return False
        with self._store.writing() as connection:
            shops.change_shop(connection, shop.id, refused_at=None, refused_why=None)
        return True

    def _refuse(self, shop: Shop, why: str) -> None:
        at = self._now()
        with self._store.writing(durable=True) as connection:
            told = shops.refusal(connection, shop.id) is not None
            shops.change_shop(connection, shop.id, refused_at=at, refused_why=why)
            if not told:
                text = f"{shop.name}: {why}; {_remedy(shop)}"
                notes.incident(
                    connection, "unauthorised", text, at=at, channel=shop.channel,
                    shop_id=shop.id,
                )  # fmt: skip


def _remedy(shop: Shop) -> str:
    return (
        "let its owner allow the app again; it is asked once an hour, or at once after "
        f"`hub shop resume {shop.name}`"
    )
