"""What setting and reading stock share in both shapes: one SKU a call, whole pieces.

Numbers are set, never added: a number set twice is the same, one added twice is not, and
the platform takes no key by which it would know a call again.
Source: channel paper PDD §4, §8; pages of pdd.goods.quantity.update and
pdd.goods.detail.get (copies in public SDKs, 2021 to 2024).
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter

from hub_core.wire import JSON, Flag

Pieces = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
"""An id of the platform's own: digits."""
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)


class Held(NamedTuple):
    """What one SKU has, in pieces. None: not told."""

    quantity: int | None
    reserved: int | None = None
    """Held by orders (预扣库存)."""


def read_taken(inner: JSON) -> bool:
    """Whether the platform took it. Raises KeyError or ValueError where it does not say."""
    return _FLAG.validate_python(inner["is_success"])


def rows(product: JSON) -> list[Any]:
    """A product's SKUs. It has one at least, so that no list is no answer."""
    if not isinstance(product["sku_list"], list):
        raise ValueError("sku_list is no list")
    return product["sku_list"]
