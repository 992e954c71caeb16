"""The page where a user lets the app in: open.douyin.com/platform/oauth/connect/.

GET with client_key, response_type=code, scope (commas) and redirect_uri; optionalScope
("scope,1,scope,0": ticked or not) and state are optional. A yes sends the browser to
redirect_uri with code and state. What a no does is not documented.

Source: dop/develop/sdk/web-app/web/permission (2024; its table: the address must be the one
in the console, compared up to `#`), OAuth table of paper §1.3 (10003, 10004, 10006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub_core.sandbox import (
    Clock,
    ConsentError,
    ConsentPage,
    Console,
    Response,
    notice,
    sent_back,
)

from .options import Options
from .user_tokens import UserTokens

PATH = "/platform/oauth/connect"


class Connect(ConsentPage):
    """The form has `shop`, a merchant's root account id, and may have `scopes`: of the
    optional ones those the user ticks, with commas; without it those ticked at first."""

    title = "抖音授权"

    def __init__(
        self,
        tokens: UserTokens,
        names: Mapping[str, str],
        app_key: str,
        clock: Clock,
        switches: Mapping[str, str],
        options: Options,
        console: Console,
    ) -> None:
        self._tokens, self._names, self._app_key = tokens, names, app_key
        self._clock, self._switches = clock, switches
        self._options, self._console = options, console

    def shops(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Every merchant of the box, for its owner."""
        if asked.get("client_key") != self._app_key:
            raise ConsentError("client_key不存在", "10003")
        if asked.get("response_type") != "code" or not _words(asked.get("scope", "")):
            raise ConsentError("参数错误", "10002")
        may = self._options.user_scopes
        wanted = {*_words(asked["scope"]), *_words(asked.get("optionalScope", ""))[::2]}
        if may is not None and not wanted <= set(may):
            raise ConsentError("应用没有申请该scope的权限", "10004")
        if not self._console.knows(asked, self._switches["redirect"]):
            raise ConsentError("重定向URL不合法", "10006")
        return self._names

    def agreed(
        self, asked: Mapping[str, str], shop: str, form: Mapping[str, str]
    ) -> Response:
        """Back with a code: good once, for 10 minutes."""
        scope = ",".join(self._granted(asked, form))
        code = self._tokens.code(shop, scope, self._clock.now())
        return sent_back(asked["redirect_uri"], code=code, state=asked.get("state"))

    def _granted(self, asked: Mapping[str, str], form: Mapping[str, str]) -> list[str]:
        offered = _words(asked.get("optionalScope", ""))
        pairs = zip(offered[::2], offered[1::2], strict=False)
        ticked = [scope for scope, tick in pairs if tick == "1"]
        if "scopes" in form:
            chosen = set(_words(form["scopes"]))
            ticked = [scope for scope in offered[::2] if scope in chosen]
        return [*_words(asked["scope"]), *ticked]

    def refused(self, asked: Mapping[str, str]) -> Response:
        """The page says so, or back with an error."""
        error = self._switches["cancelled"]
        if error == "stays":
            return notice(self.title, "已取消授权")
        return sent_back(asked["redirect_uri"], error=error, state=asked.get("state"))


def _words(text: str) -> Sequence[str]:
    return [word for word in text.split(",") if word]
