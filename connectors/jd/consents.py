"""A merchant lets the app in on JD's page, and a code comes back.

The token's answer names a person; whose shop it opens, the shop itself is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.jd.dialect import OAUTH_HOST
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Session, Telling, Visit
from hub_core.wire import JSON, Credentials

from .asking import shape

CONSENT_FACTS: Mapping[str, str] = {
    "consent_scope": "snsapi_base",  # the only one a page of the documents names
}
WORDS = {"snsapi_base": "店铺基础授权：应用已获批的全部接口"}


class MerchantConsents:
    """Codes, and one question to the shop."""

    telling = Telling.CODE
    event = ""
    apart = ""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(self, visit: Visit, app: Credentials) -> str:
        """Several scopes are parted by a space, as OAuth has it (C)."""
        configured = app.options.get("consent_scope") or CONSENT_FACTS["consent_scope"]
        where: str = shape(self._session, "token").consent_page(
            app.options.get("oauth_base_url") or OAUTH_HOST, app.app_key, visit.state,
            visit.redirect, " ".join(visit.scopes) or configured,
        )  # fmt: skip
        return where

    def redeem(self, code: str, redirect: str) -> Consent:
        """Not yet whose it is."""
        given = self._session.send(shape(self._session, "token").CREATE, code=code)
        grant = Grant(
            access_token=given.access_token,
            expires_in=given.expires_in,
            refresh_token=given.refresh_token,
        )
        names = (given.scope or "").replace(",", " ").split()
        named = [Permission(name=n, words=WORDS.get(n, f"权限 {n}")) for n in names]
        return Consent(shop=None, grant=grant, permissions=tuple(named))

    def whose(self, consent: Consent) -> Consent:
        """The merchant's number, by which its orders go."""
        shop = self._session.send(shape(self._session, "shop").OWN)
        grant = consent.grant and replace(consent.grant, subject=shop.vender_id)
        return replace(consent, shop=shop.vender_id, title=shop.shop_name, grant=grant)

    def told(self, document: JSON) -> Consent:
        """Nothing is pushed of it."""
        raise Misconfigured("jd: consent is told by a code")
