"""Taobao keeps its contracts; that of orders with receivers masked and in clear."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.taobao
from hub_core.sandbox import Clock, Platform
from hub_core.testing.contracts import (
    SOCKET,
    AfterSaleSourceContract,
    AuthorisationContract,
    ConsentsContract,
    MessagesContract,
    OrderSourceContract,
    ProductSourceContract,
    ReceiversContract,
    SandboxContract,
    ShippingContract,
    StockContract,
)
from sandboxes.taobao import create
from tests.harness import NOON

BOXES: dict[str, dict[str, Any]] = {
    "as documented": {},
    "receivers in clear": {"privacy": "clear"},
    "ends outside": {"switches": {"window_end": "exclusive"}},
    "starts outside": {"switches": {"window_start": "exclusive"}},
    "ids as text": {"switches": {"ids": "string", "error_code": "string"}},
    "nothing said": {"switches": {"empty_list": "null", "blanks": "empty"}},
    "older refusals": {"switches": {"business_code": "15"}},
    "not to be refreshed": {"refreshable": False},
}


class TestTaobao(OrderSourceContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.taobao

    @pytest.fixture(params=BOXES.values(), ids=list(BOXES))
    def platform(self, request: pytest.FixtureRequest) -> Platform:
        return create(
            seed=3, orders=40, clock=Clock(NOON), history=timedelta(days=2), **request.param
        )


class Given:
    """What every class is given: the plugin, and one box."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.taobao

    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=200, history=timedelta(days=2), clock=Clock(NOON))


class TestProducts(Given, ProductSourceContract):
    pass


class TestAfterSales(Given, AfterSaleSourceContract):
    """What TOP answers for a case that is not there is configured: no document says."""

    @pytest.fixture
    def facts(self) -> dict[str, str]:
        return {"refund_not_found": "isv.refund-not-exist"}


class TestStock(Given, StockContract):
    pass


class TestShipping(Given, ShippingContract):
    pass


class TestReceivers(Given, ReceiversContract):
    pass


class TestAuthorisation(Given, AuthorisationContract):
    pass


class TestSandbox(SandboxContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.taobao


class Few(Given):
    """Two shops, whose owners may agree, and a few orders."""

    @pytest.fixture
    def platform(self) -> Platform:
        return create(
            seed=3, shops=2, orders=20, clock=Clock(NOON), history=timedelta(hours=4)
        )


class TestConsents(Few, ConsentsContract):
    pass


class TestMessages(Few, MessagesContract):
    lacks = (SOCKET,)
