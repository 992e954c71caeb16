"""The box of 抖音来客 asks the hub for codes and decisions; both sides have the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_core import inbound as door
from hub_core.inbound import Inbound
from hub_core.ports import Verdict
from hub_core.sandbox import Fault, Request, Response
from hub_core.store import codes
from sandboxes.douyin_laike import moves
from tests.harness import Bench, bench
from tests.inbound.pushing import CHANNEL

ROUTES = {
    "issue": "issue-codes", "refund": "refund-review", "notice": "refund-notice",
    "status": "order-status",
}  # fmt: skip


class Both:
    """A box, a hub, and the way between them."""

    def __init__(self, made: Bench) -> None:
        self.hub, self.inbound = made.hub, Inbound(made.hub)
        self.box: Any = made.platform
        (account,) = made.platform.accounts()
        self.account = account
        self.shop = self.box.shops[account.external_id]

    def send(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        answer = self.inbound.asked(
            CHANNEL, ROUTES[path[1:]], query, request.headers, request.body
        )
        return Response(answer.status, answer.body, dict(answer.headers))

    def run(self, seconds: float = 3, step: float = 1.0) -> None:
        for _ in range(int(seconds / step)):
            self.box.clock.advance(step)
            self.box.spi.deliver(self.send)
            self.inbound.settle()

    def loses(self, operation: str) -> None:
        """The first answer to it is lost, after it was heard."""
        fault = Fault("reset_after", operation, calls=frozenset([1]))
        self.box.faults.script.append(fault)

    def order(self) -> Any:
        """An order whose codes are the merchant's, paid now."""
        for _ in range(400):
            record = self.shop.place()
            if self.box.codes.wants(record.latest.content["sale"]):
                self.shop.step(record, moves.PAY)
                return record
        raise AssertionError("no such order came")

    def wanted(self, record: Any) -> int:
        return len(record.latest.content["sale"].units)

    def stock(self, record: Any, *given: str) -> None:
        (shop,) = self.hub.shops()
        sku = record.latest.content["sale"].units[0].product.sku_id
        door.hand_over(self.hub, shop, sku, given, by="erp")

    def had(self, record: Any) -> list[str]:
        """The codes the hub says the order has."""
        (shop,) = self.hub.shops()
        with self.hub.store.reading() as connection:
            vault = self.hub.store.vault
            found = codes.of_order(connection, vault, shop.id, record.id)
        return [one.code for one in found]

    def effects(self, kind: str) -> list[Any]:
        found = self.box.effects(self.account.external_id)
        return [effect for effect in found if effect.kind == kind]

    def questions(self, kind: str) -> list[Any]:
        return [one for one in self.inbound.questions() if one.kind == kind]


@pytest.fixture(params=["absent", "named"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    made = bench(
        CHANNEL, tmp_path, orders=5, third_codes=1.0, seed=2,
        switches={"spi_certificates": request.param},
    )  # fmt: skip
    with made as one:
        found = Both(one)
        yield found
        found.inbound.close()


def issued(both: Both) -> Any:
    """An order with codes of the pool."""
    record = both.order()
    given = [f"P{record.id[-6:]}{n}" for n in range(both.wanted(record))]
    both.stock(record, *given)
    both.run()
    assert list(both.box.codes.codes[record.id]) == both.had(record) == given
    return record


def refund(both: Both, record: Any) -> Any:
    both.shop.step(record, moves.ASK_REFUND)
    both.run()
    return list(both.box.codes.reviews.values())[-1]


def test_codes_of_the_pool_reach_the_order(both: Both) -> None:
    record = issued(both)
    assert [e.facts["by"] for e in both.effects("codes")] == ["answer"]
    assert record.latest.content["status"] == 201


def test_codes_that_come_later_are_told_once_though_the_answer_is_lost(both: Both) -> None:
    record = both.order()
    both.run()
    (one,) = both.questions("code_issue")
    given = [f"E{n}" for n in range(one.codes)]
    assert one.codes == both.wanted(record)
    both.loses("codes.callback")
    both.inbound.decide(one.id, Verdict.AGREED, by="erp", codes=given)
    both.run(20)
    assert list(both.box.codes.codes[record.id]) == both.had(record) == given
    assert [e.facts["by"] for e in both.effects("codes")] == ["callback"]
    assert both.questions("code_issue")[0].state == "told"


@pytest.mark.parametrize("verdict", [Verdict.AGREED, Verdict.REFUSED])
def test_a_decision_is_told_once_though_the_answer_is_lost(
    both: Both, verdict: Verdict
) -> None:
    review = refund(both, issued(both))
    (one,) = both.questions("refund_review")
    both.loses("codes.audit")
    both.inbound.decide(one.id, verdict, by="erp", reason="已核销")
    both.run(20)
    assert review.result == (1 if verdict is Verdict.AGREED else 2)
    (effect,) = both.effects("refund_audit")
    assert effect.facts["by"] == "callback"
    assert both.questions("refund_review")[0].state == "told"


def test_what_nobody_decided_is_told_and_voids_the_code(both: Both) -> None:
    record = issued(both)
    review = refund(both, record)
    both.run(86_400 + 7200, step=1800)
    assert review.result == 1
    (one,) = both.questions("refund_review")
    assert (one.state, one.decided_by) == ("closed", "the platform")
    (shop,) = both.hub.shops()
    with both.hub.store.reading() as connection:
        (pool,) = codes.pools(connection, [shop.id])
    assert pool.void == 1


def test_what_was_not_issued_in_time_is_made_good_with_a_refusal(both: Both) -> None:
    record = both.order()
    both.run(620, step=20)
    waiting = both.questions("refund_review")
    assert len(waiting) == both.wanted(record)
    for n, one in enumerate(waiting):
        assert one.codes == 1
        both.inbound.decide(one.id, Verdict.REFUSED, by="erp", codes=[f"LATE{n}"])
    both.run(30)
    assert sorted(both.box.codes.codes[record.id]) == [
        f"LATE{n}" for n in range(len(waiting))
    ]
