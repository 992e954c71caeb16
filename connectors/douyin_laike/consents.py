"""How a merchant lets the app in: three ways, by what the app is.

A service provider sends merchants to a page whose success is pushed. A person's token,
which few APIs take, comes by a code and is kept beside. An app a merchant made for itself
is bound in 来客's console: there is no page to send anybody to.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.douyin_laike import consent as wire
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Session, Telling, Visit
from hub_core.wire import JSON, Credentials, pick

from .facts import ADAPTERS, ID

CONSOLE, PROVIDER, PERSON = "console", "provider", "person"
CONSENT_FACTS: Mapping[str, str] = {
    # console: an app made for oneself; provider: 商家授权; person: 抖音's OAuth.
    "consent_by": CONSOLE,
    "consent_url": "https://auth.dylk.com/auth-isv/",
    # The solution and the permissions that are asked for; 1 and 16 always go along.
    "consent_solution": "",
    "consent_permissions": "",
    "person_url": "https://open.douyin.com/platform/oauth/connect/",
    "person_scopes": "",
}
ALWAYS = ("1", "16")
IN_THE_CONSOLE = (
    f"{ID}: an app made for oneself is bound in the console of 来客 (店铺管理 >"
    " 服务应用授权), then `hub shop add`; for a service provider's app set the fact"
    " consent_by to provider, for a person's token to person"
)


class MerchantConsents:
    """By push or by code, as configured."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by = session.facts.get("consent_by") or CONSOLE
        if self._by not in (CONSOLE, PROVIDER, PERSON):
            raise Misconfigured(f"{ID}: consent_by is console, provider or person")
        self.telling = Telling.PUSH if self._by == PROVIDER else Telling.CODE
        self.event = wire.EVENT if self._by == PROVIDER else ""
        self.apart = PERSON if self._by == PERSON else ""

    def page(self, visit: Visit, app: Credentials) -> str:
        """The page of whichever way it is."""
        if self._by == PROVIDER:
            return self._provider_page(visit, app)
        if self._by == PERSON:
            names = visit.scopes or _listed(self._fact("person_scopes"))
            if not names:
                raise Misconfigured(f"{ID}: the fact person_scopes names what is asked for")
            page, key = self._fact("person_url"), app.app_key
            return wire.person_page(page, key, visit.state, visit.redirect, names)
        raise Misconfigured(IN_THE_CONSOLE)

    def _provider_page(self, visit: Visit, app: Credentials) -> str:
        if not (solution := self._fact("consent_solution")):
            raise Misconfigured(f"{ID}: the fact consent_solution is the solution's number")
        names = visit.scopes or _listed(self._fact("consent_permissions"))
        return wire.provider_page(
            self._fact("consent_url"), app.app_key, app.app_secret, solution,
            tuple(dict.fromkeys((*ALWAYS, *names))), visit.state, self._session.now(),
        )  # fmt: skip

    def _fact(self, name: str) -> str:
        return self._session.facts.get(name) or CONSENT_FACTS[name]

    def redeem(self, code: str, redirect: str) -> Consent:
        """A person's token: it opens no shop, and is kept beside the shop's."""
        token = self._session.send(pick(ADAPTERS, "user_token").CREATE, code=code)
        grant = Grant(
            access_token=token.access_token,
            expires_in=token.expires_in,
            refresh_token=token.refresh_token,
            refresh_expires_in=token.refresh_expires_in,
            subject=token.open_id,
        )
        named = [
            Permission(name=name, words=wire.SCOPES.get(name, f"权限 {name}"))
            for name in token.scopes
        ]
        return Consent(shop=None, grant=grant, permissions=tuple(named))

    def whose(self, consent: Consent) -> Consent:
        """A person's token does not tell."""
        return consent

    def told(self, document: JSON) -> Consent:
        """The merchant's account, and what it has allowed; the app's token serves it."""
        bind = wire.read_bind(document)
        named = [
            Permission(name=one, words=wire.word(one, bind.solution_key))
            for one in bind.permissions
        ]
        return Consent(shop=bind.account_id, permissions=tuple(named), state=bind.extra)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(x for part in text.split(",") if (x := part.strip()))
