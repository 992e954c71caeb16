"""Records of every kind: lists in pages, and one by its hub id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from ..access import Audit, Principal
from ..hub import Hub
from ..store import pages
from ..store.kinds import KINDS
from ..store.pages import CHANGED, CREATED, Wanted
from . import cursors
from .problems import Problem, Refused
from .proofs import Coverage, proved
from .shapes import SHAPES, as_json, told
from .who import ThisHub, Who, allowed, reached

SORTS = {"updated_at": CHANGED, "created_at": CREATED}
STATUS = {
    "orders": "order_status", "products": "listing_status", "after_sales": "status",
    "redemptions": "status", "places": None,
}  # fmt: skip
"""What `status` narrows."""
EQUAL = {
    "orders": ("external_id", "place_external_id"),
    "products": ("external_id", "outer_code"),
    "after_sales": ("external_id", "order_external_id"),
    "redemptions": ("external_id", "order_external_id", "place_external_id"),
    "places": ("external_id",),
}
Sort = Literal["updated_at", "-updated_at", "created_at", "-created_at"]
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said}
    for status, said in {
        401: "No key, or none that holds.",
        403: "The key may not.",
        422: "A parameter of the wrong form, or an unknown one.",
        429: "Too many failed tries from this address.",
    }.items()
}


MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is none, or none that you may see."}
}


class Raw(BaseModel):
    """What the platform said of a record, word for word."""

    area: str
    shape: str
    fetched_at: datetime
    journal_id: int | None
    body: Any


class Raws(BaseModel):
    """All that is kept of it. It holds personal data: who read it is in the audit log."""

    data: list[Raw]


EXPAND = r"^(raw|coverage)(,(raw|coverage))?$"


class Ask(BaseModel):
    """What every list takes. Times with their zone; since inclusive, until not."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, description="By name or hub id.")
    channel: str | None = None
    company: str | None = None
    group: str | None = None
    updated_since: AwareDatetime | None = Field(
        None, description="On the hub's own clock: when it stored the change."
    )
    created_since: AwareDatetime | None = Field(None, description="On the channel.")
    created_until: AwareDatetime | None = None
    sort: Sort = "updated_at"
    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(
        None, max_length=200, description="`next` of the page before."
    )


def router() -> APIRouter:
    """The routes of all kinds."""
    made = APIRouter(responses=ERRORS)
    for plural in KINDS:
        _add(made, plural)
    return made


def _add(made: APIRouter, plural: str) -> None:
    name, shape = plural.replace("_", "-"), SHAPES[plural]
    known: dict[str, Any] = {n: (str | None, None) for n in EQUAL[plural]}
    if STATUS[plural] is not None:
        known["status"] = (str | None, None)
    ask = create_model(f"Ask{shape.__name__}s", __base__=Ask, **known)
    page = create_model(
        f"{shape.__name__}Page",
        __doc__="One page; `next` is the cursor of the one after it, null at the end.",
        data=(list[shape], ...),  # type: ignore[valid-type]
        next=(str | None, ...),
    )
    path = f"/{name}"
    made.get(path, response_model=page, summary=f"A page of {name}", responses=MISSING)(
        _listing(plural, ask)
    )
    whole = create_model(
        f"{shape.__name__}Whole",
        __base__=shape,
        __doc__="One record; with what `expand` asks for.",
        raw=(list[Raw] | None, None),
        coverage=(list[Coverage] | None, None),
    )
    made.get(
        path + "/{uid}", response_model=whole, response_model_exclude_unset=True,
        summary=f"One of {name}", responses=MISSING,
    )(_single(plural))  # fmt: skip
    made.get(
        path + "/{uid}/raw", response_model=Raws, responses=MISSING,
        summary=f"What the platform said of one of {name}",
    )(_raw(plural))  # fmt: skip


def _listing(plural: str, ask: type[Ask]) -> Callable[..., Any]:
    def listing(hub: ThisHub, who: Who, asked: Annotated[Any, Query()]) -> Any:
        after = cursors.read(asked.cursor)
        with hub.store.reading() as connection:
            shop_ids = reached(
                connection, who, f"{plural}.read", asked.shop, channel=asked.channel,
                company=asked.company, group=asked.group,
            )  # fmt: skip
            wanted = _wanted(plural, shop_ids, asked)
            found = pages.page(connection, wanted, asked.limit, after)
        data = [row.as_dict() for row in found.rows]
        return as_json({"data": data, "next": cursors.written(found.after)})

    listing.__annotations__["asked"] = Annotated[ask, Query()]
    listing.__name__ = f"list_{plural}"
    return listing


def _wanted(plural: str, shop_ids: list[int] | None, asked: Any) -> Wanted:
    equal = {name: getattr(asked, name) for name in EQUAL[plural]}
    if (status := STATUS[plural]) is not None:
        equal[status] = asked.status
    within: dict[str, tuple[datetime | None, datetime | None]] = {
        CHANGED: (asked.updated_since, None),
        CREATED: (asked.created_since, asked.created_until),
    }
    return Wanted(
        plural, shop_ids, {n: v for n, v in equal.items() if v is not None}, within,
        SORTS[asked.sort.lstrip("-")], asked.sort.startswith("-"),
    )  # fmt: skip


def _single(plural: str) -> Callable[..., Any]:
    def single(
        hub: ThisHub,
        who: Who,
        uid: Annotated[str, Path(max_length=80)],
        request: Request,
        response: Response,
        expand: Annotated[
            str | None,
            Query(pattern=EXPAND, description="`raw`, `coverage`, or both with a comma."),
        ] = None,
    ) -> Any:
        with hub.store.reading() as connection:
            shop_ids = reached(connection, who, f"{plural}.read")
            found = pages.one(connection, plural, uid, shop_ids)
        if found is None:
            raise _missing(plural)
        said = found.as_dict()
        if expand is not None:  # what it holds then changes without a new version
            return said | _expanded(hub, who, plural, said, set(expand.split(",")))
        tag = _tag(said)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return said

    single.__name__ = f"get_{plural}"
    return single


def _raw(plural: str) -> Callable[..., Any]:
    def raw(hub: ThisHub, who: Who, uid: Annotated[str, Path(max_length=80)]) -> Any:
        return {"data": _raws(hub, who, plural, uid)}

    raw.__name__ = f"get_raw_{plural}"
    return raw


def _raws(hub: Hub, who: Principal, plural: str, uid: str) -> list[dict[str, Any]]:
    shops = allowed(hub, who, "raw.read", plural)
    with hub.store.reading() as connection:
        ids = [shop.id for shop in shops]
        found = pages.raw(connection, plural, uid, ids, hub.store.vault)
    if found is None:
        raise _missing(plural)
    with hub.store.writing(durable=True) as connection:
        Audit.of(hub.store, hub.settings).append(
            connection, actor=who.actor, action="raw.read", of=f"{plural} {uid}"
        )
    return [told(Raw, one) for one in found]


def _expanded(
    hub: Hub, who: Principal, plural: str, said: dict[str, Any], wanted: set[str]
) -> dict[str, Any]:
    """Each under the permission that its own route takes."""
    more: dict[str, Any] = {}
    if "coverage" in wanted:
        there = {shop.name: shop for shop in allowed(hub, who, "coverage.read")}
        shop = there.get(said["shop"])
        streams = hub.streams_of(shop, plural) if shop else ()
        more["coverage"] = proved(hub, [shop.name], streams) if shop else []
    if "raw" in wanted:
        more["raw"] = _raws(hub, who, plural, said["uid"])
    return more


def _missing(plural: str) -> Refused:
    return Refused(404, "not_found", f"no such one among the {plural} you may see")


def _tag(said: dict[str, Any]) -> str:
    """Another for each version the hub has stored."""
    text = f"{said['uid']} {said['hub_changed_at'].isoformat()}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
