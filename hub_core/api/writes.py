"""What an ERP has and does: levels of stock, bindings, parcels."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ..access import Principal
from ..hub import Hub
from ..store import stock
from ..store.shops import Shop
from .once import Deed, Key, once
from .problems import Problem, Refused
from .records import ERRORS, MISSING
from .shapes import told
from .who import ThisHub, Who, chosen

MOST = 2_000_000_000
BLANK = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff"
CODE = rf"^[^{BLANK}]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^{BLANK}])?$"
"""No blanks around it, and no letters nobody sees."""
Code = Annotated[
    str,
    Path(min_length=1, max_length=100, pattern=CODE, description="An item, in your code."),
]
CONFLICTS: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    **MISSING,
    400: {"model": Problem, "description": "It cannot be so: `detail` says why."},
    409: {"model": Problem, "description": "The key is another request's, or at work."},
}


class Body(BaseModel):
    """A request's body: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid")


class SetLevel(Body):
    """How much there is."""

    on_hand: int = Field(ge=0, le=MOST)


class Adjust(Body):
    """How much there is more (or less) than before."""

    by: int = Field(ge=-MOST, le=MOST)


class Ship(Body):
    """A parcel that is on its way."""

    shop: str = Field(max_length=200, description="By name or hub id.")
    order: str = Field(min_length=1, max_length=64, description="The platform's number.")
    carrier: str = Field(min_length=1, max_length=100)
    tracking_no: str = Field(min_length=1, max_length=64)
    lines: list[str] = Field([], max_length=200, description="Its lines' ids; none: all.")


class Level(BaseModel):
    """What there is of one item."""

    code: str
    on_hand: int
    version: int


class Levels(BaseModel):
    """Of every item."""

    data: list[Level]


class Binding(BaseModel):
    """A channel's SKU, and an item it is made of."""

    shop: str
    product_external_id: str
    sku_external_id: str
    code: str
    pieces: int
    source: str


class Bindings(BaseModel):
    """All bindings of the shops the key may see."""

    data: list[Binding]


class Shipment(BaseModel):
    """What became of a parcel. `unknown`: the same request under a new key looks it up."""

    shop: str
    order: str
    tracking_no: str
    state: str
    said: str | None


def router() -> APIRouter:
    """The routes of what an ERP does."""
    made = APIRouter(responses=CONFLICTS)
    made.get("/stock", response_model=Levels, summary="What there is")(list_levels)
    made.put("/stock/{code:path}", response_model=Level, summary="Set an item's level")(
        set_level
    )
    made.post(
        "/stock/{code:path}/adjustments",
        response_model=Level,
        summary="Change it by so much",
    )(adjust)
    made.get("/bindings", response_model=Bindings, summary="Which SKU sells what")(
        list_bindings
    )
    made.post("/shipments", response_model=Shipment, summary="Report a parcel")(ship)
    return made


def list_levels(hub: ThisHub, who: Who) -> Any:
    """An item is no shop's: this takes a right for all of them."""
    who.require("stock.read")
    return {"data": [_level(one) for one in hub.desks.stock_levels()]}


def _level(one: Any) -> dict[str, Any]:
    return {"code": one.code, "on_hand": one.on_hand, "version": one.version}


def set_level(
    hub: ThisHub, who: Who, code: Code, body: SetLevel, key: Key, request: Request
) -> Response:
    """As the ERP counts it; the channels follow by themselves."""
    who.require("stock.write")

    def act() -> Any:
        own = _own_key(who, key)
        return _level(hub.desks.set_stock(code, body.on_hand, key=own))

    deed = Deed("stock.set", f"item {code}", {"on_hand": body.on_hand})
    return once(hub, who, request, key, body, deed, act)


def adjust(
    hub: ThisHub, who: Who, code: Code, body: Adjust, key: Key, request: Request
) -> Response:
    """Once for its key. 404 where the item was never set."""
    who.require("stock.write")
    with hub.store.reading() as connection:
        if not stock.is_known(connection, code):
            raise Refused(404, "not_found", f"no item {code!r}: set its level first")

    def act() -> Any:
        return _level(hub.desks.adjust_stock(code, body.by, key=_own_key(who, key)))

    deed = Deed("stock.adjusted", f"item {code}", {"by": body.by})
    return once(hub, who, request, key, body, deed, act)


def _own_key(who: Principal, key: str) -> str:
    """Of this caller: two callers may use the same word."""
    return f"api:{who.person_id}:{key}"


def list_bindings(
    hub: ThisHub, who: Who, shop: Annotated[str | None, Query(max_length=200)] = None
) -> Any:
    """By shop."""
    return {
        "data": [
            told(Binding, bound, shop=one.name)
            for one in chosen(hub, who, "bindings.read", shop)
            for bound in hub.desks.bindings(one)
        ]
    }


def ship(hub: ThisHub, who: Who, body: Ship, key: Key, request: Request) -> Response:
    """The order is looked at first: one that is cancelled, refunded or held is refused.
    The same waybill again is the same parcel, whatever the key."""
    shop = _one(hub, who, "shipments.write", body.shop)

    def act() -> Any:
        done = hub.desks.ship(
            shop, body.order, carrier=body.carrier, tracking_no=body.tracking_no,
            lines=body.lines,
        )  # fmt: skip
        return {
            "shop": shop.name, "order": body.order, "tracking_no": body.tracking_no,
            "state": done.state, "said": done.said,
        }  # fmt: skip

    deed = Deed("parcel.reported", f"order {body.order}", {"shop": shop.name})
    return once(hub, who, request, key, body, deed, act)


def _one(hub: Hub, who: Principal, permission: str, name: str) -> Shop:
    """Raises Refused for a shop they may not see as for one that is not there, NotAllowed
    for one they may see and not do this to."""
    if not (found := chosen(hub, who, "shops.read", name)):
        raise Refused(404, "not_found", f"no shop {name!r} among those you may see")
    who.require(permission, found[0])
    return found[0]
