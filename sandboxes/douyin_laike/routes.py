"""The calls of this platform: their paths, names and scopes.

Source: paper §3.0 and §1.5. The /life/ generation carries its token in the query (§1.2).
"""

from __future__ import annotations

from typing import NamedTuple

from hub_core.sandbox import Request

from . import after_sale_desk, certificates, code_desk, crypto_desk, goods_desk, stock_desk
from .desk import PATHS as ORDERS
from .desk import Desk
from .house import Answering, House
from .place_desk import PATH as PLACES
from .place_desk import PlaceDesk
from .redemption_desk import PATH as REDEMPTIONS
from .redemption_desk import RedemptionDesk
from .third_codes import ThirdCodes


class Route(NamedTuple):
    """What a path is for. `operation` ends in `.list` where a list is answered."""

    method: str
    operation: str
    scope: str

    @property
    def desk(self) -> str:
        """Who answers."""
        return self.operation.partition(".")[0]


AFTER_SALE = "life.capacity.catering_after_sale_order"
"""Despite its name not of catering alone. Source: paper §1.5."""

CODES = "life.capacity.tripartite.code"
GOODS = "life.capacity.goods.query"
_ONLINE, _DRAFTS = Route("GET", "products.list", GOODS), Route("GET", "drafts.list", GOODS)
_STOCK = Route("POST", "stock.sync", "life.capacity.goods.found")

ROUTES = {
    **{path: Route("GET", "orders.list", "life.capacity.order.query") for path in ORDERS},
    REDEMPTIONS: Route("GET", "redemptions.list", "life.capacity.billing"),
    certificates.GET: Route("GET", "certificates.get", "life.capacity.fulfilment"),
    certificates.QUERY: Route("GET", "certificates.query", "life.capacity.fulfilment"),
    after_sale_desk.LIST: Route("GET", "after_sales.list", AFTER_SALE),
    after_sale_desk.DETAIL: Route("GET", "after_sales.get", AFTER_SALE),
    PLACES: Route("GET", "places.list", "life.capacity.shop"),
    **{f"{root}/online/query": _ONLINE for root in goods_desk.GOODLIFE},
    f"{goods_desk.LIFE}/online/list": _ONLINE,
    **{f"{root}/draft/query": _DRAFTS for root in goods_desk.GOODLIFE},
    f"{goods_desk.LIFE}/draft/list": _DRAFTS,
    **{
        f"{root}/{what}/get": Route("GET", f"{desk}.get", GOODS)
        for root in (*goods_desk.GOODLIFE, goods_desk.LIFE)
        for what, desk in (("online", "products"), ("draft", "drafts"))
    },
    **{path: Route("POST", "crypto.open", s) for path, s in crypto_desk.SCOPES.items()},
    code_desk.CALLBACK: Route("POST", "codes.callback", CODES),
    code_desk.AUDIT: Route("POST", "codes.audit", CODES),
    code_desk.JUDGE: Route("POST", "codes.judge", AFTER_SALE),
    **{path: _STOCK for path in (*stock_desk.GOODLIFE, stock_desk.LIFE)},
}


def desks(
    house: House, served: set[tuple[str, str]], seed: int, codes: ThirdCodes
) -> dict[str, Answering]:
    """Everybody who answers, by the first word of an operation."""
    return {
        "orders": Desk(house, served, seed),
        "redemptions": RedemptionDesk(house),
        "certificates": certificates.CertificateDesk(house),
        "after_sales": after_sale_desk.AfterSaleDesk(house),
        "places": PlaceDesk(house),
        "products": goods_desk.GoodsDesk(house),
        "drafts": goods_desk.GoodsDesk(house),
        "stock": stock_desk.StockDesk(house),
        "codes": code_desk.CodeDesk(house, codes),
        "crypto": crypto_desk.CryptoDesk(house),
    }


def route_of(request: Request, path: str) -> Route | None:
    """What is asked; an order asked by its id is no list."""
    route = ROUTES.get(path)
    if route is None or request.method != route.method:
        return None
    names = {name for name, value in request.query() if value}
    if route.desk == "orders" and not names.isdisjoint({"order_id", "ext_order_id"}):
        return route._replace(operation="orders.get")
    return route


def token_of(request: Request, path: str) -> str:
    """The token where this generation of calls carries it."""
    if path.startswith("/life/"):
        return dict(request.query()).get("access_token", "")
    return request.headers.get("access-token", "")


def account_of(request: Request) -> str:
    """The merchant a call names, in its query or its body; empty when it names none."""
    asked = dict(request.query())
    if request.method == "POST":
        try:
            body = request.json()
        except ValueError:
            body = None
        asked |= body if isinstance(body, dict) else {}
    return str(asked.get("account_id", ""))
