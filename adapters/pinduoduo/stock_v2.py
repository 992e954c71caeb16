"""Stock, second shape: a SKU of a product, all of it (1) or a difference (2).

Only all of it is asked for here. The stock of goods in a promotion slot (资源位) cannot be
lowered: the platform refuses. What a SKU has is read from the single product, which tells
apart what orders hold.
Source: pages of pdd.goods.quantity.update and pdd.goods.detail.get (copies of 2021 to
2024); channel paper PDD §4.
"""

from __future__ import annotations

from pydantic import Field, TypeAdapter

from hub_core.wire import JSON, Ask, Call, Id, SomeText, SomeWhole, Wire

from .stock import Held, Number, Pieces, read_taken, rows

SHAPE = "stock_v2"
ABSOLUTE = 1
DELETED = "4"


class SetAsk(Ask):
    """All the pieces of one SKU of a product."""

    product: Number = Field(serialization_alias="goods_id")
    sku: Number = Field(serialization_alias="sku_id")
    quantity: Pieces
    how: int = Field(ABSOLUTE, ge=ABSOLUTE, le=ABSOLUTE, serialization_alias="update_type")


class GetAsk(Ask):
    """One product with its SKUs."""

    product: Number = Field(serialization_alias="goods_id")


class WireGoods(Wire):
    """One product. Its status: 1 on sale, 2 off sale, 3 sold out, 4 deleted."""

    status: SomeText = None


class WireSku(Wire):
    """One SKU as the single product has it."""

    sku_id: Id
    quantity: SomeWhole = None
    reserve_quantity: SomeWhole = None


_SKUS: TypeAdapter[list[WireSku]] = TypeAdapter(list[WireSku])


def read_held(inner: JSON) -> dict[str, Held]:
    """What each SKU has, by its id; nothing where the product is deleted or is none."""
    if not inner or WireGoods.model_validate(inner).status == DELETED:
        return {}
    found = _SKUS.validate_python(rows(inner))
    return {row.sku_id: Held(row.quantity, row.reserve_quantity) for row in found}


SET: Call[bool] = Call(
    name="stock.set",
    is_write=True,
    endpoint="pdd.goods.quantity.update",
    ask=SetAsk,
    read=read_taken,
    shape=SHAPE,
    status="simulated",
)
GET: Call[dict[str, Held]] = Call(
    name="stock.get",
    endpoint="pdd.goods.detail.get",
    ask=GetAsk,
    read=read_held,
    shape=SHAPE,
    status="simulated",
)
