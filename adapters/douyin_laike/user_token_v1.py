"""The token of a person (act.…), who consents on 抖音's page; few APIs take one.

Since 2020. It lives 15 days, its refresh token 30. `open_id` names the person to this app
alone. Source: pages dop/develop/openapi/account-permission; channel paper §1.3.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub_core.wire import JSON, Ask, Call, SomeText, SomeWhole, Text, Wire


class CodeAsk(Ask):
    """The code the consent brings: good once, for ten minutes."""

    code: str = Field(min_length=1, repr=False)
    grant_type: Literal["authorization_code"] = "authorization_code"


class WireUserToken(Wire):
    """Spans in seconds; `scope` is a list parted by commas."""

    access_token: Text = Field(min_length=1, repr=False)
    expires_in: SomeWhole = None
    refresh_token: SomeText = Field(default=None, repr=False)
    refresh_expires_in: SomeWhole = None
    open_id: Text = Field(min_length=1)
    scope: SomeText = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What was consented to, by the platform's names."""
        return tuple(x for x in (self.scope or "").split(",") if x)


def read(data: JSON) -> WireUserToken:
    """Raises ValueError when there is no token in it."""
    return WireUserToken.model_validate(data)


CREATE = Call(
    name="user_token.create",
    endpoint="/oauth/access_token/",
    ask=CodeAsk,
    read=read,
    needs_token=False,
    is_write=True,  # the code is spent by it
    shape="user_token_v1",
)
