"""A shop's main account lets the app in on Pinduoduo's page, and a code comes back."""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Session, Telling, Visit
from hub_core.wire import JSON, Credentials, pick

from .asking import ADAPTERS

CONSENT_FACTS: Mapping[str, str] = {
    # Other roles, and phones, have pages of their own.
    "consent_url": "https://fuwu.pinduoduo.com/service-market/auth",
}
WORDS = {
    "read": "读取（一级）：商品、订单等",
    "read_2": "读取（二级）：敏感数据",
    "write": "写入（一级）：发货、库存等",
    "write_2": "写入（二级）：敏感操作",
}


class OwnerConsents:
    """Codes. A new consent kills the tokens before it at once."""

    telling = Telling.CODE
    event = ""
    apart = ""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(self, visit: Visit, app: Credentials) -> str:
        """No scopes are named here: what is granted depends on the app."""
        shape = pick(ADAPTERS, "token", self._session.shop.pins.get("token"))
        page = app.options.get("consent_url") or CONSENT_FACTS["consent_url"]
        where: str = shape.consent_page(page, app.app_key, visit.state, visit.redirect)
        return where

    def redeem(self, code: str, redirect: str) -> Consent:
        """Whose it is stands in the answer."""
        shape = pick(ADAPTERS, "token", self._session.shop.pins.get("token"))
        token = self._session.send(shape.CREATE, code=code)
        now = self._session.now()
        levels = token.scopes(now)
        grant = Grant(
            access_token=token.access_token,
            expires_in=token.life(now),
            refresh_token=token.refresh_token,
            refresh_expires_in=token.refresh_life(now),
            scopes=levels,
            subject=token.owner_id,
        )
        named = [
            Permission(name=name, words=WORDS[name], seconds=seconds)
            for name, seconds in levels.items()
        ]
        named += [Permission(name=n, words=f"接口 {n}") for n in token.operations]
        return Consent(
            shop=token.owner_id, title=token.owner_name, grant=grant,
            permissions=tuple(named),
        )  # fmt: skip

    def whose(self, consent: Consent) -> Consent:
        """The answer had no id of a shop, and nothing else tells it."""
        return consent

    def told(self, document: JSON) -> Consent:
        """Nothing is pushed of it."""
        raise Misconfigured("pinduoduo: consent is told by a code")
