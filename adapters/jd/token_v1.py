"""JD tokens, first shape: OAuth 2 on open-oauth.jd.com, `app_key` and `app_secret`.

Before 2019 oauth.jd.com took `client_id` and `client_secret`. An access token may be
refreshed in the 24 hours before it ends and not after; how many refreshes a month are
allowed is not said. Source: channel paper JD §2 (official page, kepler 111/17) and the
OAuth page jos.jd.com/commondoc?listId=32.
"""

from __future__ import annotations

from pydantic import Field

from hub_core.wire import JSON, Ask, Call, SomeText, SomeWhole, Text, Wire


class Refresh(Ask):
    """An old refresh token for a new pair."""

    grant_type: str = "refresh_token"
    refresh_token: str = Field(min_length=1, repr=False)


class WireGrant(Wire):
    """`expires_in` is in seconds. `open_id` and `uid` name a person, not the shop."""

    access_token: Text = Field(repr=False)
    expires_in: SomeWhole = None
    refresh_token: SomeText = Field(default=None, repr=False)


def read_grant(body: JSON) -> WireGrant:
    """Keep whatever came back: a legacy refresh leaves the token's text as it was."""
    return WireGrant.model_validate(body)


REFRESH = Call(
    name="token.refresh",
    endpoint="/oauth2/refresh_token",
    ask=Refresh,
    read=read_grant,
    method="GET",
    needs_token=False,
    shape="token_v1",
    status="simulated",
)
