"""The page on which a shop lets an app in: fuwu.pinduoduo.com/service-market/auth.

GET /service-market/auth with response_type=code, client_id and redirect_uri; state and
view (web, h5) are optional. A yes sends the browser to redirect_uri with code and state,
and ends at once what the app held of that shop. What a no does is not documented.

Source: open.pinduoduo.com document/browse?idStr=BD3A776A4D41D5F5 (授权说明: parameters,
state as it was, main account only, 10 minutes, what authorising again ends) as told by
diansan.com/n/128334.htm; channel paper §2.
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

PATH = "/service-market/auth"
VIEWS = ("web", "h5")


class Market(ConsentPage):
    """The form has `shop`, a mall id, and may have `sub`: a sub-account, which may not."""

    title = "拼多多开放平台授权"

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
        self._rng = random.Random(f"{seed}:market")

    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Every shop of the box."""
        if asked.get("client_id") != self._options.client_id:
            raise ConsentError("client下线或者clientId不正确", "client_id")
        if asked.get("response_type") != "code":
            raise ConsentError("response_type不正确", "response_type")
        if asked.get("view", "web") not in VIEWS:
            raise ConsentError("view不正确", "view")
        if not self._console.knows(asked, self._switches["redirect"]):
            raise ConsentError("redirect_uri与应用回调地址不一致", "redirect_uri")
        return self._names

    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """Back with a code: good once, for 10 minutes."""
        if form.get("sub"):
            raise ConsentError("仅店铺主账号可以授权", "sub")
        most = self._options.shops_most
        if most is not None and len(self._grants.others(shop)) >= most:
            raise ConsentError("应用未上线，授权店铺数已达上限", "shops_most")
        code = f"{self._rng.getrandbits(160):040x}"
        self._grants.put(code, shop, self._clock.now())
        return sent_back(asked["redirect_uri"], code=code, state=asked.get("state"))

    def refused(self, asked: Mapping[str, str]) -> Response:
        """The page says so, or back with an error."""
        if self._switches["cancelled"] == "stays":
            return notice(self.title, "已取消授权")
        error = self._switches["cancelled"]
        return sent_back(asked["redirect_uri"], error=error, state=asked.get("state"))
