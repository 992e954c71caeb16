"""The contract of each capability: what `hub plugins` lists, to the class that tests it.

A plugin's tests inherit the classes of the capabilities it has; the others are not used.
What a platform lacks besides, a class says in `lacks` (`needs`).
"""

from __future__ import annotations

from collections.abc import Mapping

from .answers import AnsweringContract
from .asking import BY_ID
from .asks import AsksContract
from .authorising import RENEWED, AuthorisationContract
from .boxes import SandboxContract
from .consenting import CODE
from .consents import ConsentsContract
from .given import Given
from .messages import SOCKET, MessagesContract
from .orders import OrderSourceContract
from .pages import NUMBERED, TIMED
from .pushes import PushesContract
from .receivers import ReceiversContract
from .records import (
    AfterSaleSourceContract,
    PlaceSourceContract,
    ProductSourceContract,
    RedemptionSourceContract,
)
from .shipping import ShippingContract
from .stock import StockContract

__all__ = [
    "BY_ID",
    "CODE",
    "CONTRACTS",
    "NUMBERED",
    "RENEWED",
    "SOCKET",
    "TIMED",
    "AfterSaleSourceContract",
    "AnsweringContract",
    "AsksContract",
    "AuthorisationContract",
    "ConsentsContract",
    "MessagesContract",
    "OrderSourceContract",
    "PlaceSourceContract",
    "ProductSourceContract",
    "PushesContract",
    "ReceiversContract",
    "RedemptionSourceContract",
    "SandboxContract",
    "ShippingContract",
    "StockContract",
]

CONTRACTS: Mapping[str, type[Given]] = {
    "orders": OrderSourceContract,
    "products": ProductSourceContract,
    "after_sales": AfterSaleSourceContract,
    "redemptions": RedemptionSourceContract,
    "places": PlaceSourceContract,
    "stock": StockContract,
    "shipping": ShippingContract,
    "receivers": ReceiversContract,
    "authorisation": AuthorisationContract,
    "consents": ConsentsContract,
    "messages": MessagesContract,
    "pushes": PushesContract,
    "asks": AsksContract,
    "answering": AnsweringContract,
    "sandbox": SandboxContract,
}
"""Capability (a hook's name without `hub_`) to contract. Broadcast hooks have none."""
