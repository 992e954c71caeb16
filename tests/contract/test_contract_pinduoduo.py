"""Pinduoduo keeps the contract, with receivers sealed and in clear."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.pinduoduo
from hub_core.sandbox import Clock, Platform
from hub_core.testing.orders import OrderSourceContract
from sandboxes.pinduoduo import create
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
