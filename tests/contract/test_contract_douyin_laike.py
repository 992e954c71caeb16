"""Douyin Laike keeps the contract, in both business lines and both shapes."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.douyin_laike
from hub_core.sandbox import Clock, Platform
from hub_core.testing.orders import OrderSourceContract
from sandboxes.douyin_laike import create
from tests.harness import NOON

BOXES: dict[str, dict[str, Any]] = {
    "as documented": {},
    "the shape of 2022": {"shape": "2022"},
    "catering": {"business": "catering"},
    "ends outside": {"switches": {"window_ends": "exclusive_end"}},
    "starts outside": {"switches": {"window_ends": "exclusive_start"}},
    "ids as numbers": {"switches": {"i64": "numbers", "times": "milliseconds"}},
    "ids as text": {"switches": {"i64": "strings", "extra": "missing"}},
    "unknown refused": {"switches": {"unknown_order": "refused", "past_cap": "empty"}},
    "the newer errors": {"switches": {"error_family": "new", "throttle": "http_429"}},
}


class TestDouyinLaike(OrderSourceContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.douyin_laike

    @pytest.fixture(params=BOXES.values(), ids=list(BOXES))
    def platform(self, request: pytest.FixtureRequest) -> Platform:
        return create(
            seed=3, orders=40, clock=Clock(NOON), history=timedelta(days=2), **request.param
        )
