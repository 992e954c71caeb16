"""Pinduoduo keeps its contracts; that of orders with receivers sealed and in clear."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.pinduoduo
from hub_core.sandbox import Clock, Platform
from hub_core.sandbox.websocket import Talk
from hub_core.testing.contracts import (
    BY_ID,
    NUMBERED,
    TIMED,
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
from sandboxes.pinduoduo import PddPlatform, create
from tests.harness import NOON

BOXES: dict[str, dict[str, Any]] = {
    "as documented": {},
    "receivers in clear": {"privacy": "plain"},
    "ends outside": {"switches": {"window_end": "exclusive"}},
    "starts outside": {"switches": {"window_start": "exclusive"}},
    "amounts as text": {"switches": {"amounts": "text", "order_ids": "number"}},
    "oldest first": {"switches": {"sort": "oldest_first", "ties": "by_sn_desc"}},
    "more than there is": {"switches": {"has_next": "generous"}},
    "missing is empty": {"switches": {"missing_order": "empty", "too_old": "refused"}},
    "other refusals": {"switches": {"bad_parameter": "21001", "throttle": "70031"}},
    "refreshed, not replaced": {
        "switches": {"refresh_pair": "same", "old_access": "lives"}
    },
}


class TestPinduoduo(OrderSourceContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.pinduoduo

    @pytest.fixture(params=BOXES.values(), ids=list(BOXES))
    def platform(self, request: pytest.FixtureRequest) -> Platform:
        return create(
            seed=3,
            orders=400,
            clock=Clock(NOON),
            history=timedelta(hours=8),
            **request.param,
        )


class Given:
    """What every class is given: the plugin, and one box."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.pinduoduo

    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=900, history=timedelta(hours=4), clock=Clock(NOON))


class Crowd(Given):
    """Half an hour with enough cases: there is a list for each state of one."""

    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=3000, history=timedelta(hours=4), clock=Clock(NOON))


class TestProducts(Given, ProductSourceContract):
    lacks = (BY_ID, NUMBERED, TIMED)


class TestAfterSales(Crowd, AfterSaleSourceContract):
    lacks = (BY_ID,)


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
        return connectors.pinduoduo


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
    @pytest.fixture
    def talk(self, platform: PddPlatform) -> Talk:
        return platform.pmc
