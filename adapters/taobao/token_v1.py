"""Tokens, first and only shape: OAuth 2, with read and write grants that run out apart.

Since 2012, after the container redirect (paper §7.9). Apps sold on the service market may
refresh; a merchant's own back office may not and has to be authorised again.
Source: authorisation page, article 102635; taobao.top.auth.token.refresh; paper §2.
"""

from __future__ import annotations

import json
from urllib.parse import unquote, urlencode

from pydantic import Field

from hub_core.wire import JSON, Ask, Call, SomeText, SomeWhole, Text, Wire

SHAPE = "token_v1"


class WireToken(Wire):
    """A token. Every `*_expires_in` is in seconds.

    r1/r2 are levels of reading, w1/w2 of writing; 1800 on all four: no long grant.
    """

    access_token: Text = Field(min_length=1, repr=False)
    expires_in: SomeWhole = None
    refresh_token: SomeText = Field(default=None, repr=False)
    re_expires_in: SomeWhole = None
    r1_expires_in: SomeWhole = None
    r2_expires_in: SomeWhole = None
    w1_expires_in: SomeWhole = None
    w2_expires_in: SomeWhole = None
    taobao_user_id: SomeText = None
    taobao_user_nick: SomeText = None
    """Url-encoded."""

    @property
    def nick(self) -> str | None:
        """The seller's name as it is written."""
        return self.taobao_user_nick and unquote(self.taobao_user_nick)

    @property
    def scopes(self) -> dict[str, int]:
        """Seconds that each level of reading and writing has left, each on its own:
        orders may still be read when nothing can be written any more."""
        left = {
            "read": self.r1_expires_in,
            "read_2": self.r2_expires_in,
            "write": self.w1_expires_in,
            "write_2": self.w2_expires_in,
        }
        return {name: seconds for name, seconds in left.items() if seconds is not None}


class CreateAsk(Ask):
    """The code an owner's consent brings, good once and for half an hour; where it was
    sent to has to be told again."""

    code: str = Field(min_length=1, repr=False)
    redirect_uri: str
    grant_type: str = "authorization_code"


class RefreshAsk(Ask):
    """A refresh token for the token endpoint, which also wants to be told what it is."""

    refresh_token: str = Field(min_length=1, repr=False)
    grant_type: str = "refresh_token"


class TopRefreshAsk(Ask):
    """The same for the gateway's method."""

    refresh_token: str = Field(min_length=1, repr=False)


def read_token(body: JSON) -> WireToken:
    """The token endpoint's answer."""
    return WireToken.model_validate(body)


def read_result(body: JSON) -> WireToken:
    """The gateway's answer: the same token as JSON text inside JSON."""
    result = body["token_result"]
    return read_token(json.loads(result) if isinstance(result, str) else result)


def consent_page(base: str, app_key: str, state: str, redirect: str, view: str) -> str:
    """The address of the page an owner consents on; `view` is web, tmall or wap."""
    asked = {
        "response_type": "code",
        "client_id": app_key,
        "redirect_uri": redirect,
        "state": state,
        "view": view,
    }
    return f"{base}/authorize?{urlencode(asked)}"


CREATE: Call[WireToken] = Call(
    name="token.create",
    endpoint="/token",
    ask=CreateAsk,
    read=read_token,
    needs_token=False,
    is_write=True,  # the code is spent by it
    shape=SHAPE,
)
REFRESH: Call[WireToken] = Call(
    name="token.refresh",
    endpoint="/token",
    ask=RefreshAsk,
    read=read_token,
    needs_token=False,
    shape=SHAPE,
    status="simulated",
)
REFRESH_BY_TOP: Call[WireToken] = Call(
    name="token.refresh",
    endpoint="taobao.top.auth.token.refresh",
    ask=TopRefreshAsk,
    read=read_result,
    needs_token=False,
    shape=SHAPE,
    status="simulated",
)
