"""Who asks, and for what they may ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..access import Keys, Principal
from ..hub import Hub
from ..store.shops import Shop
from .problems import Refused

BEARER = HTTPBearer(auto_error=False, description="An API key: `hub keys create`.")


def hub_of(request: Request) -> Hub:
    """The hub this app serves."""
    found: Hub = request.app.state.hub
    return found


def principal_of(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Principal:
    """Who asks. Raises Refused where nobody says so credibly."""
    if given is None or given.scheme.lower() != "bearer":
        raise Refused(
            401, "no_key", "send a key: Authorization: Bearer hub_…",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    keys: Keys = request.app.state.keys
    address = request.client.host if request.client else None
    return keys.check(given.credentials, address)


ThisHub = Annotated[Hub, Depends(hub_of)]
Who = Annotated[Principal, Depends(principal_of)]


def allowed(
    hub: Hub, who: Principal, permission: str, kind: str | None = None
) -> list[Shop]:
    """The shops to which they may do it, with records of a kind where the permission
    names none. Raises NotAllowed where they may at none, and
    may not at those to come either."""
    found = who.shops(hub.shops(), permission, kind)
    if not found:
        who.require(permission, None, kind)
    return found


def chosen(
    hub: Hub, who: Principal, permission: str, name: str | None = None, **same: str | None
) -> list[Shop]:
    """Of those, the ones asked for: by name or hub id, and by what else is said of them.
    A shop they may not see is as one that is not there."""
    asked = {field: value for field, value in same.items() if value is not None}
    return [
        shop
        for shop in allowed(hub, who, permission)
        if name in (None, shop.name, shop.uid)
        and all(getattr(shop, field) == value for field, value in asked.items())
    ]
