"""A seller lets the app in on Taobao's page, and a code comes back."""

from __future__ import annotations

from collections.abc import Mapping

from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Session, Telling, Visit
from hub_core.wire import JSON, Credentials, pick

from .facts import ADAPTERS, fact

CONSENT_FACTS: Mapping[str, str] = {
    "consent_view": "web",  # which page sellers see: web, tmall or wap
}
WORDS = {
    "read": "读取（一级）：商品、订单等",
    "read_2": "读取（二级）：敏感数据",
    "write": "写入（一级）：发货、库存等",
    "write_2": "写入（二级）：敏感操作",
}


class SellerConsents:
    """Codes, for which the token endpoint gives a token and the seller's id."""

    telling = Telling.CODE
    event = ""
    apart = ""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shape = pick(ADAPTERS, "token", session.shop.pins.get("token"))

    def page(self, visit: Visit, app: Credentials) -> str:
        """Taobao names no scopes here: what is granted depends on the app."""
        view = app.options.get("consent_view") or CONSENT_FACTS["consent_view"]
        base = app.options.get("oauth_base_url") or fact(self._session, "oauth_base_url")
        where: str = self._shape.consent_page(
            base, app.app_key, visit.state, visit.redirect, view
        )
        return where

    def redeem(self, code: str, redirect: str) -> Consent:
        """Whose it is stands in the answer."""
        token = self._session.send(self._shape.CREATE, code=code, redirect_uri=redirect)
        grant = Grant(
            access_token=token.access_token,
            expires_in=token.expires_in,
            refresh_token=token.refresh_token,
            refresh_expires_in=token.re_expires_in,
            scopes=token.scopes,
            subject=token.taobao_user_id,
        )
        named = [
            Permission(name=name, words=WORDS[name], seconds=seconds)
            for name, seconds in token.scopes.items()
        ]
        return Consent(
            shop=token.taobao_user_id, title=token.nick, grant=grant,
            permissions=tuple(named), account={"nick": token.nick} if token.nick else {},
        )  # fmt: skip

    def whose(self, consent: Consent) -> Consent:
        """The answer had no id of a seller, and nothing else tells it."""
        return consent

    def told(self, document: JSON) -> Consent:
        """Nothing is pushed of it."""
        raise Misconfigured("taobao: consent is told by a code")
