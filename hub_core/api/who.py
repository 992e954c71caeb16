"""Who asks, and for what they may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..hub import Hub
from ..store.shops import Shop
from .problems import Refused


class Caller(Protocol):
    """Somebody with a key."""

    name: str

    def may(
        self, permission: str, shop: Shop | None = None, kind: str | None = None
    ) -> bool:
        """Whether they may do this, to this shop, to records of this kind."""

    def shops(
        self, there: Sequence[Shop], permission: str, kind: str | None = None
    ) -> list[Shop]:
        """The shops among these to which they may do it."""


Check = Callable[[str, str], Caller]
"""(the key's text, the address it came from). Raises Refused."""
BEARER = HTTPBearer(auto_error=False, description="An API key: `hub keys create`.")


def hub_of(request: Request) -> Hub:
    """The hub this app serves."""
    found: Hub = request.app.state.hub
    return found


def caller_of(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller:
    """Who asks. Raises Refused where nobody says so credibly."""
    if given is None or given.scheme.lower() != "bearer":
        raise Refused(
            401, "no_key", "send a key: Authorization: Bearer hub_…",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    check: Check = request.app.state.check
    address = request.client.host if request.client else ""
    return check(given.credentials, address)


ThisHub = Annotated[Hub, Depends(hub_of)]
Who = Annotated[Caller, Depends(caller_of)]


def chosen(
    hub: Hub,
    who: Caller,
    permission: str,
    kind: str | None = None,
    **narrowed: str | None,
) -> list[Shop]:
    """The shops a caller asks for and may see. Raises Refused where they may see none at
    all. What they may not see is as what is not there."""
    allowed = who.shops(hub.shops(), permission, kind)
    if not allowed and not who.may(permission, None, kind):
        raise Refused(403, "forbidden", f"this key may not {permission}")
    asked: dict[str, Any] = {n: v for n, v in narrowed.items() if v is not None}
    return [
        shop
        for shop in allowed
        if all(
            getattr(shop, n) == v or (n == "name" and shop.uid == v)
            for n, v in asked.items()
        )
    ]
