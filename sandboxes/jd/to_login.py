"""The page on which a shop's owner lets an app in: open-oauth.jd.com/oauth2/to_login.

GET /oauth2/to_login with app_key, response_type=code, redirect_uri and scope; state is
optional. The legacy page is GET /oauth/authorize, with client_id and without a scope that
matters. A yes sends the browser to redirect_uri with code and state. A no is documented of
the legacy page alone: error=access_denied.

Source: kepler.jd.com docContent channelId=17 and open.healthjd.com (the same text: both
parameters' tables, state as it was), jos.jd.com channel 152 and its copy of auth.360buy.com
(legacy; cancelling); channel paper §2.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from hub_core.sandbox import (
    Clock,
    ConsentError,
    ConsentPage,
    Console,
    Response,
    notice,
    sent_back,
)

from .grants import Grants
from .options import Options

PATHS = ("/oauth2/to_login", "/oauth/authorize")
SCOPES = ("snsapi_base", "snsapi_union_login")


class ToLogin(ConsentPage):
    """The form has `shop`, a vender id."""

    title = "京东开放平台授权"

    def __init__(
        self,
        grants: Grants,
        names: Mapping[str, str],
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        console: Console,
        seed: int,
    ) -> None:
        self._grants, self._names, self._clock = grants, names, clock
        self._switches, self._options, self._console = switches, options, console
        self._rng = random.Random(f"{seed}:to_login")

    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Every shop of the box."""
        key = asked.get("app_key", asked.get("client_id", ""))
        if key != self._options.app_key:
            raise ConsentError("app_key信息无效", "app")
        if asked.get("response_type") != "code":
            raise ConsentError("response_type参数不合法", "response_type")
        if "app_key" in asked and asked.get("scope") not in SCOPES:
            raise ConsentError("scope参数不合法", "scope")
        if not self._console.knows(asked, self._switches["redirect"]):
            raise ConsentError("redirect_uri与回调地址不一致", "redirect_uri")
        return self._names

    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """Back with a code: good once, for a few minutes (`Options.code_ttl`)."""
        code, redirect = f"{self._rng.getrandbits(32):08x}", asked["redirect_uri"]
        self._grants.put(code, shop, self._clock.now(), redirect)
        return sent_back(redirect, code=code, state=asked.get("state"))

    def refused(self, asked: Mapping[str, str]) -> Response:
        """Back with an error, with state alone, or nowhere."""
        legacy, how = "client_id" in asked, self._switches["cancelled"]
        if how == "stays" and not legacy:
            return notice(self.title, "已取消授权")
        error = "access_denied" if legacy or how == "access_denied" else None
        return sent_back(asked["redirect_uri"], error=error, state=asked.get("state"))
