"""GET /goodlife/v1/shop/poi/query/: the merchant's places, page by page.

account_id or poi_id says whose; with both, account_id counts. A poi_id nobody has is
"POI not found" (sub code 20003). Source: paper §2.4, §3.1, V17.
"""

from __future__ import annotations

from hub_core.sandbox import Request, Response

from .envelope import BAD_PARAMETER, PLACE_NOT_FOUND, TRADE, Refused
from .house import House
from .places import place_row
from .question import Question
from .rows import JSON, retyped
from .shelf import EVER, Key
from .shop import Shop
from .spoilt import spoilt

PATH = "/goodlife/v1/shop/poi/query"


class PlaceDesk:
    """Answers the POI query."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, request: Request, path: str, operation: str) -> Response:
        """The page that is asked for. Raises Refused."""
        asked = Question(request, self._house.switches)
        account, poi = asked.text("account_id"), asked.text("poi_id")
        if not (account or poi):
            raise Refused(BAD_PARAMETER, "account_id or poi_id is required")
        asked.needed("page")
        number = asked.whole("page") or 0
        size = asked.size("size", self._house.options.poi_size_max)
        if number < 1:
            raise Refused(BAD_PARAMETER, "page counts from 1")
        shop = self._house.merchant(account or self._owner(poi), request)
        if shop is None:
            return self._house.envelope.good(self._house.data({"total": 0, "pois": []}))
        keys = shop.backroom.places.drawer.seen().between("create", EVER)
        keys = [key for key in keys if account or key[1] == poi]
        page = keys[(number - 1) * size : number * size]
        rows = [self._written(shop, key) for key in page]
        data = {"total": len(keys), "pois": rows}
        return self._house.envelope.good(self._house.data(data))

    def _owner(self, poi: str) -> str:
        """The merchant with that place. Raises Refused where there is none."""
        for shop in self._house.shops.values():
            if poi in shop.backroom.places.ids:
                return shop.id
        raise Refused(TRADE, "POI不存在", PLACE_NOT_FOUND)

    def _written(self, shop: Shop, key: Key) -> JSON:
        place = shop.backroom.places.drawer.seen().rows[key[1]].version.content
        form = self._house.form(shop)
        row = retyped(place_row(key[1], place, form), form)
        if form.new_fields:
            row["poi_tier_v2"] = {"level": 3}
        return spoilt(row, "place", place["poison"]) if "poison" in place else row
