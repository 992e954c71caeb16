"""Who asks, and for what they may ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection

from ..access import Keys, Principal
from ..hub import Hub
from ..store import shops
from ..store.shops import Shop
from .problems import Refused

BEARER = HTTPBearer(auto_error=False, description="An API key: `hub keys create`.")


async def hub_of(request: Request) -> Hub:
    """The hub this app serves. In the loop: a thread to look it up would cost more."""
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
    with hub.store.reading() as connection:
        return _allowed(connection, who, permission, kind)


def _allowed(
    connection: Connection, who: Principal, permission: str, kind: str | None = None
) -> list[Shop]:
    found = who.shops(shops.shops(connection), permission, kind)
    if not found:
        who.require(permission, None, kind)
    return found


def chosen(
    hub: Hub, who: Principal, permission: str, name: str | None = None, **same: str | None
) -> list[Shop]:
    """Of those, the ones asked for: by name or hub id, and by what else is said of them.
    A shop they may not see is as one that is not there."""
    with hub.store.reading() as connection:
        return _chosen(connection, who, permission, name, **same)


def _chosen(
    connection: Connection,
    who: Principal,
    permission: str,
    name: str | None = None,
    **same: str | None,
) -> list[Shop]:
    found = who.shops(shops.shops(connection, name, **same), permission)
    if not found:
        _allowed(connection, who, permission)
    return found


def reached(
    connection: Connection,
    who: Principal,
    permission: str,
    name: str | None = None,
    **same: str | None,
) -> list[int] | None:
    """The same, for what is read of them next. None: whatever shop's; no shop is looked at
    where all are asked for and they may do it with all."""
    if all(said is None for said in (name, *same.values())) and who.may(permission):
        return None
    return [shop.id for shop in _chosen(connection, who, permission, name, **same)]
