"""Douyin Laike keeps its contracts; that of orders in both business lines and shapes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

import connectors.douyin_laike
from hub_core.sandbox import Clock, Platform, Request, Response, Send
from hub_core.testing.contracts import (
    BY_ID,
    CODE,
    NUMBERED,
    RENEWED,
    TIMED,
    AfterSaleSourceContract,
    AnsweringContract,
    AsksContract,
    AuthorisationContract,
    ConsentsContract,
    OrderSourceContract,
    PlaceSourceContract,
    ProductSourceContract,
    PushesContract,
    ReceiversContract,
    RedemptionSourceContract,
    SandboxContract,
    StockContract,
)
from sandboxes.douyin_laike import DouyinLaike, create, moves
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


class Given:
    """What every class is given: the plugin, and one box."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.douyin_laike

    @pytest.fixture
    def platform(self) -> Platform:
        return create(seed=3, orders=200, history=timedelta(days=2), clock=Clock(NOON))


class TestProducts(Given, ProductSourceContract):
    lacks = (NUMBERED, TIMED)


class TestAfterSales(Given, AfterSaleSourceContract):
    lacks = (BY_ID, NUMBERED)


class TestRedemptions(Given, RedemptionSourceContract):
    lacks = (BY_ID, NUMBERED)


class TestPlaces(Given, PlaceSourceContract):
    lacks = (NUMBERED, TIMED)


class TestStock(Given, StockContract):
    pass


class TestReceivers(Given, ReceiversContract):
    pass


class TestAuthorisation(Given, AuthorisationContract):
    lacks = (RENEWED,)


class TestSandbox(SandboxContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return connectors.douyin_laike


# Owners, pushes, questions ---------------------------------------------------------------

PROVIDER = {
    "consent_by": "provider",
    "consent_solution": "16",
    "consent_permissions": "139,141",
}
PERSON = {"consent_by": "person", "person_scopes": "user_info,enterprise.groupon"}
PUSHED: dict[str, dict[str, str]] = {
    "as documented": {},
    "objects and numbers": {"push_content": "object", "push_ids": "numbers"},
    "ids of events": {"push_msg_id": "event", "push_msg_id_place": "header"},
    "answers are read": {"push_answer": "body", "push_challenge": "text"},
    "tried unsigned": {"push_challenge_sign": "unsigned", "push_challenge_key": "app"},
}


class Few(Given):
    """Two merchants and a few orders, whose codes are the merchants' own."""

    @pytest.fixture
    def switches(self) -> dict[str, str]:
        return {}

    @pytest.fixture
    def platform(self, switches: dict[str, str]) -> Platform:
        return create(
            seed=3, shops=2, orders=20, clock=Clock(NOON), history=timedelta(days=1),
            switches=switches, third_codes=1.0,
        )  # fmt: skip


class TestConsentsToProvider(Few, ConsentsContract):
    lacks = (CODE,)

    @pytest.fixture
    def facts(self) -> dict[str, str]:
        return PROVIDER


class TestConsentsOfPerson(Few, ConsentsContract):
    @pytest.fixture
    def facts(self) -> dict[str, str]:
        return PERSON


class TestPushes(Few, PushesContract):
    @pytest.fixture(params=PUSHED.values(), ids=list(PUSHED))
    def switches(self, request: pytest.FixtureRequest) -> dict[str, str]:
        found: dict[str, str] = request.param
        return found


ROUTES = {
    "issue": "issue-codes", "refund": "refund-review", "notice": "refund-notice",
    "status": "order-status",
}  # fmt: skip
"""The box's words to the plugin's."""


class Merchant:
    """Paid orders want codes, or their money back; the platform asks for both."""

    def __init__(self, box: DouyinLaike) -> None:
        self.box = box
        (self.shop, _) = box.shops.values()

    def arise(self) -> None:
        """An order paid; vouchers of another given back; one order's standing; a refund
        nobody decided."""
        self.box.codes.ask_status([self.order().id, self.order().id])
        returned = self.order()
        codes = [f"OLD{returned.id[-8:]}{n}" for n in range(self.wanted(returned))]
        self.box.codes.issued(self.box.codes.issues[returned.id], codes, "contract")
        self.shop.step(returned, moves.ASK_REFUND)

    def order(self) -> Any:
        """One whose codes are the merchant's, paid now."""
        while True:
            record = self.shop.place()
            if self.box.codes.wants(record.latest.content["sale"]):
                self.shop.step(record, moves.PAY)
                return record

    def wanted(self, record: Any) -> int:
        return len(record.latest.content["sale"].units)

    def deliver(self, send: Send) -> int:
        """At the routes of the plugin."""

        def routed(request: Request) -> Response | None:
            path, mark, query = request.target.partition("?")
            target = f"/{ROUTES[path[1:]]}{mark}{query}"
            return send(replace(request, target=target))

        return self.box.spi.deliver(routed)


ASKED: dict[str, dict[str, str]] = {
    "as documented": {},
    "certificates named": {"spi_certificates": "named", "spi_refund_key": "biz_uniq_key"},
}


class Asked(Few):
    @pytest.fixture(params=ASKED.values(), ids=list(ASKED))
    def switches(self, request: pytest.FixtureRequest) -> dict[str, str]:
        found: dict[str, str] = request.param
        return found

    @pytest.fixture
    def asking(self, platform: DouyinLaike) -> Merchant:
        return Merchant(platform)


class TestAsks(Asked, AsksContract):
    pass


class TestAnswering(Asked, AnsweringContract):
    pass
