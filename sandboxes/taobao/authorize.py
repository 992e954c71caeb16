"""The page on which a seller lets an app in: oauth.taobao.com/authorize.

GET /authorize with client_id, response_type=code and redirect_uri; state, view, optional.
A yes sends the browser to redirect_uri with code and state; a no, with error and
error_description. A wrong address is told on the page and sends nobody anywhere.

Source: article 102635 (parameters; state comes back as it was), article 105590
(cancelling), FAQ docId 120 (a callback that does not match, error 1001).
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
    sent_back,
)

from .grants import CODE_LIFE, Code, Grants
from .world import Seller

PATH = "/authorize"
VIEWS = ("web", "tmall", "wap")


class Authorize(ConsentPage):
    """The form has `shop` and may have `sub`, a sub-account that agrees for the shop."""

    title = "淘宝开放平台授权"

    def __init__(
        self,
        grants: Grants,
        sellers: Mapping[str, Seller],
        clock: Clock,
        switches: Mapping[str, str],
        console: Console,
        *,
        seed: int,
    ) -> None:
        self._grants, self._sellers, self._clock = grants, sellers, clock
        self._switches, self._console = switches, console
        self._rng = random.Random(f"authorize {seed}")

    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """The sellers of the app that is asked for."""
        key = asked.get("client_id", "")
        if key not in self._grants.apps:
            raise ConsentError("client_id is invalid", "invalid_client")
        if asked.get("response_type") != "code":
            raise ConsentError("response_type is invalid", "unsupported_response_type")
        if asked.get("view", "web") not in VIEWS:
            raise ConsentError("view is invalid", "invalid_request")
        if not self._console.knows(asked, self._switches["redirect"]):
            no = "application callback can not match the redirect_uri"
            raise ConsentError(no, "invalid_client")
        return {s.user: s.nick for s in self._sellers.values() if s.app_key == key}

    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """Back with a code: good once, for 30 minutes, for this app and address."""
        text, redirect = f"{self._rng.getrandbits(80):020x}", asked["redirect_uri"]
        until = self._clock.now() + CODE_LIFE
        code = Code(shop, asked["client_id"], until, redirect, form.get("sub", ""))
        self._grants.put(text, code)
        return sent_back(redirect, code=text, state=asked.get("state"))

    def refused(self, asked: Mapping[str, str]) -> Response:
        """Back with an error."""
        return sent_back(
            asked["redirect_uri"],
            error=self._switches["cancelled"],
            error_description="authorize reject",
            state=asked.get("state"),
        )
