"""JD keeps its contracts; that of orders in every protection its receivers have had."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.jd
from hub_core.sandbox import Clock, Platform
from hub_core.testing.contracts import (
    NUMBERED,
    AfterSaleSourceContract,
    AuthorisationContract,
    ConsentsContract,
    OrderSourceContract,
    ProductSourceContract,
    ReceiversContract,
    SandboxContract,
    ShippingContract,
    StockContract,
)
from sandboxes.jd import create
from tests.harness import NOON

BOXES: dict[str, dict[str, Any]] = {
    "as documented": {},
    "receivers in clear": {"privacy": "plain"},
    "sealed twins": {"privacy": "phase1"},
    "oaid": {"privacy": "oaid"},
    "ends outside": {"switches": {"window_end": "exclusive"}},
    "starts outside": {"switches": {"window_start": "exclusive"}},
    "numbers": {"switches": {"order_id": "number", "jd_price": "number"}},
    "spelt right": {"switches": {"wrapper": "response", "success": "text"}},
    "missing is empty": {"switches": {"missing_order": "empty", "times": "some_iso"}},
    "refused by code": {"switches": {"refusals": "code", "empty_list": "missing"}},
}


class TestJd(OrderSourceContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.jd

    @pytest.fixture(params=BOXES.values(), ids=list(BOXES))
    def platform(self, request: pytest.FixtureRequest) -> Platform:
        return create(
            seed=3, orders=40, clock=Clock(NOON), history=timedelta(days=2), **request.param
        )


class Given:
    """What every class is given: the plugin, and one box."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.jd

    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=200, history=timedelta(days=2), clock=Clock(NOON))


class TestProducts(Given, ProductSourceContract):
    lacks = (NUMBERED,)


class TestAfterSales(Given, AfterSaleSourceContract):
    pass


class TestStock(Given, StockContract):
    pass


class TestShipping(Given, ShippingContract):
    pass


class TestReceivers(Given, ReceiversContract):
    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=40, clock=Clock(NOON), privacy="oaid")


class TestAuthorisation(Given, AuthorisationContract):
    pass


class TestSandbox(SandboxContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.jd


class Few(Given):
    """Two shops, whose owners may agree, and a few orders."""

    @pytest.fixture
    def platform(self) -> Platform:
        return create(
            seed=3, shops=2, orders=20, clock=Clock(NOON), history=timedelta(hours=4)
        )


class TestConsents(Few, ConsentsContract):
    pass
