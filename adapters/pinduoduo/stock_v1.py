"""Stock, first shape: a SKU by its id alone, without its product.

What it has is read from the product's page of then (pdd.goods.information.get), which
writes counts as text and does not tell what orders hold. The second shape names the
product too.
Source: pages of pdd.goods.sku.stock.update and pdd.goods.information.get, 2018-09
(official samples); channel paper PDD §8.
"""

from __future__ import annotations

from pydantic import Field, TypeAdapter

from hub_core.wire import JSON, Ask, Call, Id, SomeWhole, Wire

from .stock import Held, Number, Pieces, read_taken, rows

SHAPE = "stock_v1"


class SetAsk(Ask):
    """All the pieces of one SKU. Its product is not sent."""

    product: Number = Field(exclude=True)
    sku: Number = Field(serialization_alias="sku_id")
    quantity: Pieces


class GetAsk(Ask):
    """One product with its SKUs."""

    product: Number = Field(serialization_alias="goods_id")


class WireSku(Wire):
    """One SKU as the product's page has it."""

    sku_id: Id
    sku_quantity: SomeWhole = None


_SKUS: TypeAdapter[list[WireSku]] = TypeAdapter(list[WireSku])


def read_held(inner: JSON) -> dict[str, Held]:
    """What each SKU has, by its id; nothing where there is no such product."""
    if not inner:
        return {}
    found = _SKUS.validate_python(rows(inner["goods_info"]))
    return {row.sku_id: Held(row.sku_quantity) for row in found}


SET: Call[bool] = Call(
    name="stock.set",
    is_write=True,
    endpoint="pdd.goods.sku.stock.update",
    ask=SetAsk,
    read=read_taken,
    shape=SHAPE,
)
GET: Call[dict[str, Held]] = Call(
    name="stock.get",
    endpoint="pdd.goods.information.get",
    ask=GetAsk,
    read=read_held,
    shape=SHAPE,
)
