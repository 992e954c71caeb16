"""Tokens: made of a code, or of an older token, by the gateway's own operations.

Since the access token replaced the shop's secret (2019). Refreshing does not move the end
of the owner's authorisation; authorising anew kills the code and both tokens before it.
Source: channel paper PDD §2, §7.1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from hub_core.wire import JSON, Ask, Call, Epoch, Id, SomeId, SomeText, SomeWhole, Wire

LEVELS = {"r1": "read", "r2": "read_2", "w1": "write", "w2": "write_2"}


class CreateAsk(Ask):
    """The code the owner's consent brings; it lives ten minutes."""

    code: str = Field(min_length=1, repr=False)


class RefreshAsk(Ask):
    """An old refresh token."""

    refresh_token: str = Field(min_length=1, repr=False)


class WireToken(Wire):
    """`*_at` are epoch seconds and to be believed; of `*_in` one official sample holds
    an absolute time. `owner_id` is the shop's number."""

    access_token: Id = Field(repr=False)
    expires_in: SomeWhole = None
    expires_at: Epoch = None
    refresh_token: SomeText = Field(default=None, repr=False)
    refresh_token_expires_in: SomeWhole = None
    refresh_token_expires_at: Epoch = None
    owner_id: SomeId = None
    owner_name: SomeText = None
    scope: Any = None
    """Names of operations, where there is a list of them."""
    r1_expires_at: Epoch = None
    r2_expires_at: Epoch = None
    w1_expires_at: Epoch = None
    w2_expires_at: Epoch = None

    def life(self, now: datetime) -> int | None:
        """Seconds the access token has left, seen from the platform's `now`."""
        return _left(self.expires_at, now, self.expires_in)

    def refresh_life(self, now: datetime) -> int | None:
        """The same of the refresh token."""
        at, left = self.refresh_token_expires_at, self.refresh_token_expires_in
        return _left(at, now, left)

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations it is good for; none where they are not told."""
        given = self.scope if isinstance(self.scope, list) else []
        return tuple(name for name in given if isinstance(name, str))

    def scopes(self, now: datetime) -> dict[str, int]:
        """Seconds each level of reading and writing has left, where it says."""
        ends = {n: getattr(self, f"{level}_expires_at") for level, n in LEVELS.items()}
        return {n: _seconds(at, now) for n, at in ends.items() if at is not None}


def _left(at: datetime | None, now: datetime, left: int | None) -> int | None:
    return left if at is None else _seconds(at, now)


def _seconds(at: datetime, now: datetime) -> int:
    """At least one: 0 would mean that the platform did not say."""
    return max(1, int((at - now).total_seconds()))


def read_token(inner: JSON) -> WireToken:
    """The token. Raises ValueError where there is none."""
    return WireToken.model_validate(inner)


def consent_page(page: str, app_key: str, state: str, redirect: str) -> str:
    """The address at which a shop's main account consents."""
    asked = {
        "response_type": "code",
        "client_id": app_key,
        "redirect_uri": redirect,
        "state": state,
    }
    return f"{page}?{urlencode(asked)}"


CREATE = Call(
    name="token.create",
    endpoint="pdd.pop.auth.token.create",
    ask=CreateAsk,
    read=read_token,
    needs_token=False,
    is_write=True,  # the code is spent by it
    shape="token_v1",
)
REFRESH = Call(
    name="token.refresh",
    endpoint="pdd.pop.auth.token.refresh",
    ask=RefreshAsk,
    read=read_token,
    needs_token=False,
    shape="token_v1",
    status="simulated",
)
