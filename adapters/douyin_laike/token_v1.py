"""The app's own token (client_token), first shape.

Since 2022; until now. 2022: every number a text; 2023: adds captcha, desc_url, log_id.
Lives 7,200 s. A new one leaves the one before it 5 minutes; the one before that dies.
Source: platform page `local-life/develop/preparation/client_token`; channel paper §1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hub_core.wire import JSON, Ask, Call, SomeWhole, Text, Wire


class TokenAsk(Ask):
    """The app's key and secret are filled in by the dialect."""

    grant_type: Literal["client_credential"] = "client_credential"


class WireToken(Wire):
    """The `data` block of the answer; `expires_in` in seconds."""

    access_token: Text
    expires_in: SomeWhole = None


@dataclass(frozen=True, slots=True)
class ClientToken:
    """One token for every merchant of the app; seconds count from the answer."""

    access_token: str = field(repr=False)
    expires_in: int | None


def read(data: JSON) -> ClientToken:
    """Raises ValueError when there is no token in it."""
    wire = WireToken.model_validate(data)
    if not wire.access_token.strip():
        raise ValueError("access_token is empty")
    return ClientToken(wire.access_token, wire.expires_in)


FETCH = Call(
    name="token.fetch",
    endpoint="/oauth/client_token/",
    ask=TokenAsk,
    read=read,
    needs_token=False,
    shape="token_v1",
    status="simulated",
)
