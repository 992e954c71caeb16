"""All of it behind one door, for the API and for a terminal."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ..access import Audit
from ..errors import HubError, Misconfigured
from ..hub import Hub
from ..plugins import where_it_failed
from ..ports import Consents, Telling, Visit
from ..store import authorisations as logins
from ..store import inbox
from ..store.authorisations import Login
from ..wire import strict_json
from . import texts
from .outcome import End, Outcome, kept
from .placing import OLD, Placing

STATE_LIVES = timedelta(minutes=10)
PUSH_LIVES = timedelta(hours=24)
"""How long a page whose success is pushed stays good."""
LINK_LIVES = timedelta(hours=24)
REDEEMS = timedelta(minutes=5)
"""Longer than a code's exchange ever takes: whoever did it has ended."""
PLACES = timedelta(minutes=1)
KEPT = timedelta(days=90)
LONGEST_NAME = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invited:
    """A link for whoever may consent. Its secret is here, and nowhere ever again."""

    id: int
    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a browser is to go."""

    id: int
    url: str = field(repr=False)
    browser: str | None = field(repr=False)
    """What the browser has to show when it comes back."""
    telling: Telling
    expires_at: datetime


class Authorising:
    """Shops authorised in a browser. Thread safe; knows of no web framework."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._placing = hub, Placing(hub)

    # Beginning ---------------------------------------------------------------------------

    def invite(
        self, channel: str, *, by: str, lives: timedelta = LINK_LIVES, **asked: Any
    ) -> Invited:
        """A link that is good once, to be sent to whoever may consent.

        Raises Misconfigured where this hub has no address of its own, or nobody can
        consent there.
        """
        redirect = self.callback_url(channel)
        if redirect is None:
            raise Misconfigured(
                "browsers don't know where to come back to: set public_url in [hub]"
            )
        link, now = texts.new_secret(), self._hub.clock.now()
        values = {"link_hash": texts.hash_of(link), "expires_at": now + lives}
        id = self._begin(channel, by, redirect, values, **asked)
        url = f"{self._base(channel)}/start?link={link}"
        return Invited(id, url, values["expires_at"])  # type: ignore[arg-type]

    def begin(self, channel: str, *, by: str, redirect: str, **asked: Any) -> Sent:
        """Go at once, from a browser on this machine. Raises Misconfigured."""
        if urlsplit(redirect).scheme not in ("http", "https"):
            raise Misconfigured(f"{redirect!r} is no address a browser can come back to")
        now = self._hub.clock.now()
        id = self._begin(channel, by, redirect, {"expires_at": now + STATE_LIVES}, **asked)
        with self._hub.store.reading() as connection:
            login = logins.one(connection, id)
        assert login is not None
        sent = self._send(login, None)
        assert sent is not None
        return sent

    def _begin(
        self,
        channel: str,
        by: str,
        redirect: str,
        values: dict[str, Any],
        *,
        shop: str | None = None,
        app: str | None = None,
        name: str | None = None,
        scopes: Sequence[str] = (),
    ) -> int:
        hub, now = self._hub, self._hub.clock.now()
        expected = hub.shop(shop) if shop is not None else None
        if expected is not None and expected.channel != channel:
            raise Misconfigured(f"shop {expected.name} is on {expected.channel}")
        app = self._app(channel, app or (expected.app if expected else None))
        if expected is not None and expected.app != app:
            raise Misconfigured(f"shop {expected.name} is read by app {expected.app}")
        told = {
            "channel": channel, "app": app, "shop_id": expected.id if expected else None,
            "shop_name": _name(name), "scopes": ",".join(scopes), "redirect": redirect,
            "by": by, "stage": logins.INVITED, "made_at": now, **values,
        }  # fmt: skip
        consents = self._tried(channel, app, redirect, scopes)
        if consents.apart and expected is None:
            raise Misconfigured("name the shop: a person's token does not tell one")
        with hub.store.writing(durable=True) as connection:
            logins.purge(connection, now - KEPT)
            id = logins.add(connection, telling=consents.telling, **told)
            Audit.of(hub.store, hub.settings).append(
                connection, actor=by, action="authorisation.begun",
                of=f"authorisation {id}",
                details={
                    "channel": channel, "app": app,
                    "shop": expected.name if expected else None,
                },
            )  # fmt: skip
        return id

    def _app(self, channel: str, app: str | None) -> str:
        self._hub.plugins.channel(channel)
        there = self._hub.settings.apps_of(channel)
        if app is not None:
            if app not in there:
                raise Misconfigured(f"{channel} has no app {app!r}; it has: {_list(there)}")
            return app
        if len(there) != 1:
            raise Misconfigured(f"say which app of {channel}: {_list(there)}")
        return there[0]

    def _tried(
        self, channel: str, app: str, redirect: str, scopes: Sequence[str]
    ) -> Consents:
        """How owners let the app in, once it is known that there is a page."""
        if not self._hub.plugins.can(channel, "consents"):
            raise Misconfigured(
                f"{channel} has no page to consent on: give the token with `hub shop token`"
            )
        consents = self._placing.consents(channel, app)
        visit = Visit(state=texts.new_secret(), redirect=redirect, scopes=tuple(scopes))
        consents.page(visit, self._hub.lines.signing_as(app))
        return consents

    # Going -------------------------------------------------------------------------------

    def look(self, channel: str, link: str | None) -> tuple[Outcome, str]:
        """What a link is for, and the origin of the page it leads to; spends nothing, so
        that whatever looks at links before people do does no harm."""
        login = self._invited(channel, link)
        if login is None:
            return Outcome(end=End.STALE, channel=self._title(channel)), ""
        visit = Visit(state=texts.new_secret(), redirect=login.redirect)
        consents = self._placing.consents(login.channel, login.app)
        page = urlsplit(consents.page(visit, self._hub.lines.signing_as(login.app)))
        outcome = self._placing.outcome(login, End.WAITING)
        return outcome, f"{page.scheme}://{page.netloc}"

    def go(self, channel: str, link: str | None) -> Sent | None:
        """Spend the link; None where it is not good, or no longer."""
        login = self._invited(channel, link)
        return None if login is None else self._send(login, texts.new_secret())

    def _invited(self, channel: str, link: str | None) -> Login | None:
        if not texts.is_secret(link):
            return None
        login = self._known("link_hash", link or "")
        good = login and login.channel == channel and login.stage == logins.INVITED
        return login if good and self._hub.clock.now() < login.expires_at else None  # type: ignore[union-attr]

    def _send(self, login: Login, browser: str | None) -> Sent | None:
        state, hub = texts.new_secret(), self._hub
        telling = Telling(login.telling)
        lives = PUSH_LIVES if telling is Telling.PUSH else STATE_LIVES
        until = hub.clock.now() + lives
        visit = Visit(
            state=state, redirect=login.redirect,
            scopes=tuple(x for x in login.scopes.split(",") if x),
        )  # fmt: skip
        consents = self._placing.consents(login.channel, login.app)
        url = consents.page(visit, hub.lines.signing_as(login.app))
        values = {
            "state_hash": texts.hash_of(state), "expires_at": until,
            "browser_hash": texts.hash_of(browser) if browser else None,
        }  # fmt: skip
        with hub.store.writing(durable=True) as connection:
            if not logins.move(connection, login.id, logins.INVITED, logins.AWAY, **values):
                return None
        return Sent(login.id, url, browser, telling, until)

    # Coming back -------------------------------------------------------------------------

    def callback(
        self, channel: str, at: str | None, query: str, browser: str | None = None
    ) -> Outcome:
        """What a browser brought back to an address (without its query). Never raises for
        what it brought; of what is not good, nothing comes."""
        came = texts.read(query)
        if came is None:
            return Outcome(end=End.ODD, channel=self._title(channel))
        login = self._known("state_hash", came.state)
        if login is None or not self._is_good(login, channel, at, browser):
            return Outcome(end=End.STALE, channel=self._title(channel))
        if came.error is not None:
            return self._placing.end(
                login, logins.AWAY, logins.REFUSED, End.DENIED, came.error
            )
        if came.code is None:
            return self._placing.outcome(login, End.ODD)
        with self._hub.store.writing(durable=True) as connection:
            mine = logins.move(connection, login.id, logins.AWAY, logins.REDEEMING)
        if not mine:
            return self._placing.outcome(login, End.STALE)
        return self._redeem(login, came.code)

    def _is_good(
        self, login: Login, channel: str, at: str | None, browser: str | None
    ) -> bool:
        shown = texts.hash_of(browser or "")
        is_hers = login.browser_hash is None or hmac.compare_digest(
            login.browser_hash, shown
        )
        return (
            is_hers
            and login.channel == channel
            and login.redirect == at
            and login.telling == Telling.CODE
            and login.stage == logins.AWAY
            and self._hub.clock.now() < login.expires_at
        )

    def _redeem(self, login: Login, code: str) -> Outcome:
        try:
            consent = self._placing.consents(login.channel, login.app).redeem(
                code, login.redirect
            )
        except HubError as error:
            log.warning("authorisation %s: the code gave no token: %s", login.id, error)
            return self._placing.end(
                login, logins.REDEEMING, logins.FAILED, End.FAILED, error.code
            )
        granted = self._granted(login, logins.REDEEMING, kept(consent))
        return self._placing.place(granted) if granted else self._stale(login)

    def _granted(self, login: Login, stage: str, consent: bytes) -> Login | None:
        """On disk before anything is done with it: its code is spent."""
        vault = self._hub.store.vault
        values = {
            "sealed": vault.seal(consent, logins.cell(login.id)),
            "granted_at": self._placing.now(login),
        }
        with self._hub.store.writing(durable=True) as connection:
            mine = logins.move(connection, login.id, stage, logins.GRANTED, **values)
            return logins.one(connection, login.id) if mine else None

    def _stale(self, login: Login) -> Outcome:
        return self._placing.outcome(login, End.STALE)

    # By itself ---------------------------------------------------------------------------

    def settle(self) -> list[Outcome]:
        """Bring to an end what a push has told, and what whoever did it has left; gives
        what came of them. To be asked every few seconds."""
        with self._hub.store.reading() as connection:
            until = self._hub.clock.now() - PUSH_LIVES
            found = logins.unsettled(connection, Telling.PUSH, until)
        return [end for login in found if (end := self._settled(login)) is not None]

    def _settled(self, login: Login) -> Outcome | None:
        try:
            return self._next(login)
        except Exception as error:  # one that can't be settled keeps no other back
            said = where_it_failed(error)
            log.error("authorisation %s: not brought to an end: %s", login.id, said)
            return None

    def _next(self, login: Login) -> Outcome | None:
        now = self._hub.clock.now()
        if login.stage == logins.AWAY:
            return self._told(login) if login.telling == Telling.PUSH else None
        if login.stage == logins.REDEEMING:
            if now - login.expires_at < REDEEMS:
                return None
            return self._placing.end(
                login, logins.REDEEMING, logins.FAILED, End.FAILED, "interrupted"
            )
        since = self._placing.now(login) - (login.granted_at or login.made_at)
        if since < PLACES:
            return None
        outcome = self._placing.place(login, again=True)
        if outcome.end is End.WAITING and since > OLD:
            return self._placing.end(
                login, logins.GRANTED, logins.FAILED, End.FAILED, outcome.said
            )
        return outcome

    def _told(self, login: Login) -> Outcome | None:
        """What a push has told of it, if one has."""
        consents, store = self._placing.consents(login.channel, login.app), self._hub.store
        with store.reading() as connection:
            ids = logins.pushed(connection, login, consents.event)
            bodies = [inbox.body(connection, id, store.vault) for id in ids]
        for body in bodies:
            with suppress(ValueError, KeyError, TypeError):
                consent = consents.told(strict_json(body or b""))
                of = self._known("state_hash", consent.state or "")
                if of is not None and of.id == login.id:
                    granted = self._granted(login, logins.AWAY, kept(consent))
                    return self._placing.place(granted) if granted else None
        return None

    # Looking -----------------------------------------------------------------------------

    def listing(self, limit: int = 100) -> list[Login]:
        """Logins, newest first."""
        with self._hub.store.reading() as connection:
            return logins.listing(connection, limit=limit)

    def one(self, id: int) -> Login | None:
        """A login by its number."""
        with self._hub.store.reading() as connection:
            return logins.one(connection, id)

    def shop_name(self, login: Login) -> str | None:
        """The shop it is for, or was of in the end."""
        shop = self._placing.shop_of(login)
        return shop.name if shop else None

    def callback_url(self, channel: str) -> str | None:
        """Where browsers come back to; None where this hub has no address of its own."""
        base = self._base(channel)
        return f"{base}/callback" if base else None

    def _base(self, channel: str) -> str | None:
        public = self._hub.settings.hub.public_url
        return f"{public.rstrip('/')}/auth/{channel}" if public else None

    def _title(self, channel: str) -> str:
        with suppress(HubError):
            return self._hub.plugins.channel(channel).title
        return ""

    def _known(self, column: str, secret: str) -> Login | None:
        with self._hub.store.reading() as connection:
            return logins.known_by(connection, column, texts.hash_of(secret))


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none yet: add one under [apps] in plugins.toml"


def _name(name: str | None) -> str | None:
    if name is not None and (not name.strip() or len(name) > LONGEST_NAME):
        raise Misconfigured(f"a shop's name has 1 to {LONGEST_NAME} letters")
    return name
