"""Taobao keeps the contract, with receivers masked and in clear."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.taobao
from hub_core.sandbox import Clock, Platform
from hub_core.testing.orders import OrderSourceContract
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
