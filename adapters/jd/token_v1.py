"""JD tokens, first shape: OAuth 2 on open-oauth.jd.com, `app_key` and `app_secret`.

Before 2019 oauth.jd.com took `client_id` and `client_secret`. An access token may be
refreshed in the 24 hours before it ends and not after; how many refreshes a month are
allowed is not said. Source: channel paper JD §2 (official page, kepler 111/17) and the
OAuth page jos.jd.com/commondoc?listId=32.
"""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import Field

from hub_core.wire import JSON, Ask, Call, SomeText, SomeWhole, Text, Wire


class Refresh(Ask):
    """An old refresh token for a new pair."""

    grant_type: str = "refresh_token"
    refresh_token: str = Field(min_length=1, repr=False)


class Create(Ask):
    """The code an owner's consent brings."""

    grant_type: str = "authorization_code"
    code: str = Field(min_length=1, repr=False)


class WireGrant(Wire):
    """`expires_in` is in seconds. `open_id` and `uid` name a person, not the shop."""

    access_token: Text = Field(repr=False)
    expires_in: SomeWhole = None
    refresh_token: SomeText = Field(default=None, repr=False)
    scope: SomeText = None


def read_grant(body: JSON) -> WireGrant:
    """Keep whatever came back: a legacy refresh leaves the token's text as it was."""
    return WireGrant.model_validate(body)


def consent_page(base: str, app_key: str, state: str, redirect: str, scope: str) -> str:
    """The address of the page an owner consents on; `redirect` is the console's own."""
    asked = {
        "app_key": app_key,
        "response_type": "code",
        "redirect_uri": redirect,
        "state": state,
        "scope": scope,
    }
    return f"{base}/oauth2/to_login?{urlencode(asked)}"


CREATE = Call(
    name="token.create",
    endpoint="/oauth2/access_token",
    ask=Create,
    read=read_grant,
    method="GET",
    needs_token=False,
    is_write=True,  # the code is spent by it
    shape="token_v1",
)
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
