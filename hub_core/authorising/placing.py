"""A consent put in its place: the shop it is of, its token, and the log of it.

A consent is on disk, sealed, before anything is done with it: its code is spent. What ends
between that and here is taken up again by `settle`.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ..access import Audit
from ..errors import HubError, Retryable, WrongShop
from ..hub import Hub
from ..lines import StoreJournal
from ..plugins import where_it_failed
from ..ports import Consent, Consents, Grant, ShopInfo, Telling
from ..store import authorisations as logins
from ..store.authorisations import Login
from ..store.shops import Shop
from ..tokens import MemoryTokenStore, Tokens
from .outcome import End, Outcome, allowed, opened, until, written

OLD = timedelta(hours=1)
"""How long it is tried to ask a shop whose it is."""

log = logging.getLogger(__name__)


class Placing:
    """Puts consents in their place. Thread safe."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def consents(self, channel: str, app: str) -> Consents:
        """How owners let an app in."""
        line = self._hub.lines.of_app(app, StoreJournal(self._hub.store))
        return self._hub.plugins.consents(channel, line)

    def place(self, login: Login, *, again: bool = False) -> Outcome:
        """Bring a login that was granted to its end. `again`: it may have been tried
        before, and its token kept."""
        with self._hub.store.reading() as connection:
            text = logins.consent(connection, login.id, self._hub.store.vault)
        if text is None:  # another process has brought it to its end
            return self.outcome(login, End.STALE)
        consent = opened(text)
        try:
            apart = self.consents(login.channel, login.app).apart
            if consent.shop is None and not apart:
                consent, again = self._asked(login, consent), False
            return self._placed(login, consent, again, apart)
        except Retryable as error:
            return self.outcome(login, End.WAITING, said=error.code)
        except WrongShop:
            self._spare(login, consent, again)
            return self.end(login, logins.GRANTED, logins.REFUSED, End.ANOTHER_SHOP)
        except HubError as error:
            return self.end(login, logins.GRANTED, logins.FAILED, End.FAILED, error.code)
        except (
            Exception
        ) as error:  # the program's own: tried for as long as a busy platform
            log.error("authorisation %s: %s", login.id, where_it_failed(error))
            return self.outcome(login, End.WAITING, said="internal")

    def _asked(self, login: Login, consent: Consent) -> Consent:
        """Whose it is, by a call with its token, which only this line has."""
        line = self._hub.lines.of_app(login.app, StoreJournal(self._hub.store))
        if consent.grant is not None:
            line.tokens = Tokens("login", MemoryTokenStore(), line.clock)
            line.tokens.accept(replace(consent.grant, refresh_token=None))
        consents = self._hub.plugins.consents(login.channel, line)
        told = consents.whose(consent)
        if not line.is_new and consents.whose(consent).shop != told.shop:
            raise Retryable("it was said to be of two shops")  # one of them was another's
        return told

    def _placed(self, login: Login, consent: Consent, again: bool, apart: str) -> Outcome:
        shop, is_new = self._shop(login, consent, apart), False
        if shop is None and consent.shop is not None:
            shop, is_new = self._made(login, consent), True
        if shop is None:
            said = "owner_unknown"
            return self.end(login, logins.GRANTED, logins.FAILED, End.FAILED, said)
        if shop.app != login.app:
            return self.end(login, logins.GRANTED, logins.REFUSED, End.ANOTHER_APP)
        self._keep(login, shop, consent, again, apart)
        return self._done(login, shop, consent, is_new)

    def _shop(self, login: Login, consent: Consent, apart: str) -> Shop | None:
        """The shop it is for; None where it is of one that is not there yet, or of none.
        Raises WrongShop where another's owner has consented."""
        expected = self.shop_of(login)
        if login.shop_id is not None and expected is None:
            raise WrongShop("the shop it was for is gone")
        if expected is None or apart:
            return expected or self._known(login, consent)
        if consent.shop is not None and not self._is_of(login, expected, consent.shop):
            raise WrongShop("another shop's owner has consented")
        return expected if consent.shop is not None else None

    # Whose it is -------------------------------------------------------------------------

    def shop_of(self, login: Login) -> Shop | None:
        """The shop it is for; None where it is for whichever consents."""
        return None if login.shop_id is None else self._hub.shop_with(login.shop_id)

    def _spare(self, login: Login, consent: Consent, again: bool) -> None:
        """Refused for the shop it was for; but with some platforms a new consent ends the
        tokens before it, so that a shop that is here already keeps what it now has."""
        other = self._known(login, consent) if consent.shop else None
        if other is not None and other.app == login.app and other.id != login.shop_id:
            with suppress(HubError):
                self._keep(login, other, consent, again, "")

    def _is_of(self, login: Login, shop: Shop, id: str | None) -> bool:
        own = {shop.external_id}
        if login.telling == Telling.PUSH and self._hub.plugins.can(shop.channel, "pushes"):
            info = ShopInfo(
                name=shop.name, external_id=shop.external_id, account=shop.account
            )
            own |= set(self._hub.plugins.pushes(shop.channel).accounts(info))
        return id in own

    def _known(self, login: Login, consent: Consent) -> Shop | None:
        mine = [s for s in self._hub.shops() if s.channel == login.channel]
        of = (s for s in mine if self._is_of(login, s, consent.shop))
        return next(of, None)

    def _made(self, login: Login, consent: Consent) -> Shop:
        assert consent.shop is not None
        known = self._hub.plugins.channel(login.channel).account_fields
        taken = {s.name for s in self._hub.shops()}
        title = _one_line(consent.title)
        wished = login.shop_name or title or f"{login.channel}-{consent.shop}"
        name = wished if wished not in taken else f"{wished}-{consent.shop}"
        return self._hub.add_shop(
            name, channel=login.channel, external_id=consent.shop, app=login.app,
            title=title, account={k: v for k, v in consent.account.items() if k in known},
        )  # fmt: skip

    # Keeping it --------------------------------------------------------------------------

    def _keep(
        self, login: Login, shop: Shop, consent: Consent, again: bool, apart: str
    ) -> None:
        if consent.grant is None:
            self._hub.resume(shop)
            return
        grant = self._aged(login, consent.grant)
        if apart:
            subject = f"{self._hub.lines.subjects(shop)[0]}/{apart}"
            clock = self._hub.lines.room(shop.app).clock
            Tokens(subject, self._hub.store.tokens, clock).accept(grant)
        elif not (again and self._is_newer(login, shop)):
            self._hub.accept_token(shop, grant)

    def _aged(self, login: Login, grant: Grant) -> Grant:
        """Its seconds as they are now: it may be put in its place long after it came."""
        assert login.granted_at is not None
        gone = max(0, int((self.now(login) - login.granted_at).total_seconds()))

        def left(seconds: int | None) -> int | None:
            return max(1, seconds - gone) if seconds else seconds

        scopes = {name: left(seconds) or 0 for name, seconds in grant.scopes.items()}
        ends, renewal = left(grant.expires_in), left(grant.refresh_expires_in)
        return replace(grant, expires_in=ends, refresh_expires_in=renewal, scopes=scopes)

    def _is_newer(self, login: Login, shop: Shop) -> bool:
        """Whether what is stored was had since: this one was kept, and renewed."""
        stored = self._hub.store.tokens.load(self._hub.lines.subjects(shop)[0])
        assert login.granted_at is not None
        return bool(
            stored and stored.state == "ok" and stored.fetched_at >= login.granted_at
        )

    def now(self, login: Login) -> datetime:
        """The platform's time, as its tokens go by it."""
        return self._hub.lines.room(login.app).clock.now()

    # Its end -----------------------------------------------------------------------------

    def _done(self, login: Login, shop: Shop, consent: Consent, is_new: bool) -> Outcome:
        at = login.granted_at or self.now(login)
        permissions = allowed(consent.permissions, at)
        end = until(consent.grant, at)
        values = {
            "permissions": written(permissions), "until": end, "sealed": None,
            "shop_id": shop.id, "ended_at": self._hub.clock.now(), "said": None,
        }  # fmt: skip
        with self._hub.store.writing(durable=True) as connection:
            if logins.move(connection, login.id, logins.GRANTED, logins.DONE, **values):
                Audit.of(self._hub.store, self._hub.settings).append(
                    connection, actor=login.by, action="shop.authorised",
                    of=f"shop {shop.name}",
                    details={
                        "login": login.id, "app": login.app, "new": is_new,
                        "until": end.isoformat() if end else None,
                        "permissions": [one.name for one in permissions],
                    },
                )  # fmt: skip
        return self.outcome(
            login, End.DONE, shop=shop.name, is_new=is_new, allowed=permissions, until=end,
            shop_id=shop.id,
        )  # fmt: skip

    def end(
        self, login: Login, stage: str, to: str, end: End, said: str | None = None
    ) -> Outcome:
        """Nothing comes of it: written down, and what was consented to is forgotten."""
        why = said or str(end)
        with self._hub.store.writing(durable=True) as connection:
            values = {"said": why[:100], "sealed": None, "ended_at": self._hub.clock.now()}
            if not logins.move(connection, login.id, stage, to, **values):
                return self.outcome(login, End.STALE)
            Audit.of(self._hub.store, self._hub.settings).append(
                connection, actor=login.by, action=f"authorisation.{to}",
                of=f"authorisation {login.id}",
                details={"channel": login.channel, "app": login.app, "why": why[:100]},
            )  # fmt: skip
        return self.outcome(login, end, said=said)

    def outcome(self, login: Login, end: End, **more: object) -> Outcome:
        """Of this login."""
        title = self._hub.plugins.channel(login.channel).title
        shop = self.shop_of(login)
        told = {"shop": shop.name if shop else None, **more}
        return Outcome(end=end, channel=title, **told)  # type: ignore[arg-type]


def _one_line(title: str | None) -> str | None:
    text = "".join(c for c in title or "" if c.isprintable()).strip()[:100]
    return text or None
