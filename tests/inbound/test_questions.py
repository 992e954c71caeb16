"""Codes of the merchant's own, and decisions a platform is told: given once, heard once.

Forms from pages tripartite.code/create, callback, refund.apply, refund.audit,
refund.notice; the fields of the question for codes as systems in production read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.douyin_laike.answers import LaikeAnswers
from hub_core import inbound as door
from hub_core.client import httpx
from hub_core.inbound import Decided, Inbound, Misfit, TooLate
from hub_core.ports import Decision, Done, Verdict
from hub_core.store import asks, codes
from hub_core.store.asks import Ask
from hub_core.store.shops import change_shop
from hub_core.testing.bridge import platform_transport
from tests import databases
from tests.harness import Bench, bench
from tests.inbound.pushing import CHANNEL
from tests.inbound.test_asks import ORDER, Asker

SKU = "1800000000000000001"
WAITING, GRANTED, DENIED = 10, 20, 25
HEARD = {"data": {"error_code": 0, "description": "success"}, "extra": {"error_code": 0}}


@dataclass
class Ear(httpx.BaseTransport):
    """What of the platform is told decisions, before the platform in a box."""

    rest: httpx.BaseTransport
    loses: bool = False
    """Whether answers are lost on their way."""
    shuts: bool = False
    """Whether nobody is let in."""
    stands: int = WAITING
    told: list[tuple[str, Any]] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/goodlife/v1/")
        if path == "akte/after_sale/order_detail/get/":
            case = {"after_sale_id": "case-1", "order_id": ORDER, "update_time": 1700000000}
            rows = [case | {"refund_status": self.stands}]
            data = {**HEARD["data"], "after_sale_order_list": rows}
            return httpx.Response(200, json={**HEARD, "data": data})
        if not path.startswith(("fulfilment/create/", "fulfilment/refund/", "after_sale/")):
            return self.rest.handle_request(request)
        if self.shuts:
            return httpx.Response(403)
        self.told.append((path, json.loads(request.content)))
        if self.loses:
            raise httpx.ReadError("lost")
        return httpx.Response(200, json=HEARD)


@pytest.fixture
def ear() -> list[Ear]:
    return []


@pytest.fixture
def joined(ear: list[Ear], tmp_path: Path) -> Iterator[Bench]:
    def served(platform: Any) -> Ear:
        ear[:] = ear or [Ear(platform_transport(platform))]
        return ear[0]

    with bench(CHANNEL, tmp_path, orders=3, served=served) as made:
        served(made.platform)
        yield made


@pytest.fixture
def kind() -> str:
    return databases.KEPT.kind


@pytest.fixture
def database() -> str:
    return databases.new()


@pytest.fixture
def asker(joined: Bench, inbound: Inbound) -> Asker:
    return Asker(inbound, joined.platform.accounts()[0])


@pytest.fixture
def facts(joined: Bench, asker: Asker) -> dict[str, str]:
    return joined.settings.apps[asker.account.app_key].facts


def wants(order: str = ORDER, count: int = 1, **more: Any) -> dict[str, Any]:
    return {"order_id": order, "count": count, "sku": {"sku_id": SKU}, **more}


def stocked(joined: Bench, *given: str, sku: str = SKU) -> None:
    assert door.hand_over(joined.hub, joined.hub.shops()[0], sku, given, by="erp")


def only(inbound: Inbound) -> Ask:
    (one,) = inbound.questions()
    return one


def later(joined: Bench, seconds: float) -> None:
    joined.platform.clock.advance(seconds)


def of_feed(joined: Bench) -> list[str]:
    with joined.hub.store.reading() as connection:
        return [event.kind for event in asks.events(connection, 0, 100)]


# Codes there are -------------------------------------------------------------------------


def test_an_order_is_given_its_codes_and_the_same_however_often_it_asks(
    joined: Bench, asker: Asker
) -> None:
    stocked(joined, "A1", "A2", "A3", "A4", "A5")
    named = [{"certificate_id": "11"}, {"certificate_id": "12"}]
    first = asker.ask("issue-codes", wants(certificates=named))
    assert first == {
        "error_code": 0, "description": "success", "result": 1,
        "certificates": [
            {"certificate_id": "11", "code": "A1"}, {"certificate_id": "12", "code": "A2"},
        ],
    }  # fmt: skip
    other = asker.ask("issue-codes", wants("2000000000000000002", 2))
    assert other["codes"] == ["A3", "A4"], "an older form names no vouchers"
    for n in range(3):
        again = wants(certificates=named)
        assert asker.ask("issue-codes", again, timestamp=str(n)) == first
    assert of_feed(joined) == ["question.answered"] * 2


def test_codes_lie_sealed_and_are_not_told_of(joined: Bench, asker: Asker) -> None:
    stocked(joined, "SECRET-CODE-1")
    asker.ask("issue-codes", wants())
    with joined.hub.store.reading() as connection:
        everything = databases.told(connection)
    assert "SECRET-CODE-1" not in everything


def test_part_of_the_codes_is_none(joined: Bench, asker: Asker) -> None:
    stocked(joined, "A1")
    assert asker.ask("issue-codes", wants(count=2))["result"] == 0
    with joined.hub.store.reading() as connection:
        (pool,) = codes.pools(connection)
    assert (pool.free, pool.issued) == (1, 0)


def test_the_merchants_own_name_of_a_sku_serves_too(joined: Bench, asker: Asker) -> None:
    stocked(joined, "A1", sku="TEA-500")
    sku = {"sku_id": SKU, "third_sku_id": "TEA-500"}
    assert asker.ask("issue-codes", wants(sku=sku))["codes"] == ["A1"]


def test_a_code_is_handed_over_once(joined: Bench, asker: Asker) -> None:
    (shop,) = joined.hub.shops()
    stocked(joined, "A1")
    asker.ask("issue-codes", wants())
    assert door.hand_over(joined.hub, shop, SKU, ["A1", "A2"], by="erp") == 1
    for wrong in (["A 1"], ["A3", "A3"], [], ["茶"]):
        with pytest.raises(Misfit):
            door.hand_over(joined.hub, shop, SKU, wrong, by="erp")
    assert door.withdraw(joined.hub, shop, SKU, by="erp") == 1


@pytest.mark.parametrize("document", [{"order_id": "1"}, {"order_id": "1", "count": 0}])
def test_how_many_has_to_be_said(document: Any, asker: Asker) -> None:
    with pytest.raises(AssertionError):
        asker.ask("issue-codes", document)
    assert asker.inbound.questions() == []


# Codes there are none of -----------------------------------------------------------------


def test_who_waits_for_codes_is_told_when_there_are(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    assert asker.ask("issue-codes", wants())["result"] == 0
    one = only(asker.inbound)
    assert one.deadline_at == one.asked_at + timedelta(minutes=10)
    assert asker.inbound.settle() == 0
    later(joined, 60)
    stocked(joined, "A1")
    assert [asker.inbound.settle() for _ in range(3)] == [1, 0, 0]
    body = {"order_id": ORDER, "result": 1, "codes": ["A1"]}
    assert ear[0].told == [("fulfilment/create/callback/", body)]
    assert only(asker.inbound).state == "told"
    assert asker.ask("issue-codes", wants())["codes"] == ["A1"]
    assert of_feed(joined) == ["question.asked", "question.answered"]


def test_an_erp_that_is_asked_makes_them(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    asker.ask("issue-codes", wants(count=2))
    id = only(asker.inbound).id
    decide = asker.inbound.decide
    for wrong in ([], ["B1"], ["B1", "B1"], ["B1", "B2", "B3"]):
        with pytest.raises(Misfit):
            decide(id, Verdict.AGREED, by="erp", codes=wrong)
    assert only(asker.inbound).state == "open"
    decide(id, Verdict.AGREED, by="erp", codes=["B1", "B2"])
    decide(id, Verdict.AGREED, by="erp", codes=["B2", "B1"])
    with pytest.raises(Decided):
        decide(id, Verdict.AGREED, by="erp", codes=["B1", "B9"])
    with pytest.raises(Decided, match="by erp"):
        decide(id, Verdict.REFUSED, by="another")
    assert asker.inbound.settle() == 1
    assert ear[0].told[0][1]["codes"] == ["B1", "B2"]
    asker.ask("issue-codes", wants("2000000000000000002"))
    other = max(one.id for one in asker.inbound.questions())
    with pytest.raises(Misfit, match="given away"):
        decide(other, Verdict.AGREED, by="erp", codes=["B1"])


def test_without_codes_in_time_it_is_too_late(joined: Bench, asker: Asker) -> None:
    asker.ask("issue-codes", wants())
    later(joined, 450)
    asker.inbound.settle()
    asker.inbound.settle()
    assert of_feed(joined) == ["question.asked", "question.expiring"]
    later(joined, 150)
    with pytest.raises(TooLate):
        asker.inbound.decide(1, Verdict.AGREED, by="erp", codes=["B1"])
    stocked(joined, "A1")
    assert asker.inbound.settle() == 0
    (trouble,) = asker.inbound.troubles()
    assert (trouble.severity, "已过答复时限" in trouble.text) == ("critical", True)


def test_that_there_are_none_is_told_too(
    joined: Bench, asker: Asker, facts: dict[str, str]
) -> None:
    facts["code_issue"] = "ask_again"
    assert asker.ask("issue-codes", wants())["error_code"] == 100
    asker.inbound.decide(1, Verdict.REFUSED, by="erp", reason="售罄")
    assert asker.inbound.settle() == 0, "it asks by itself"
    said = asker.ask("issue-codes", wants())
    assert (said["result"], said["fail_reason"]) == (2, "售罄")


def test_a_pool_that_ran_dry_is_a_trouble(joined: Bench, asker: Asker) -> None:
    stocked(joined, "A1")
    assert asker.inbound.troubles() == []
    asker.ask("issue-codes", wants())
    assert [t.key for t in asker.inbound.troubles()] == [
        f"codes:{joined.hub.shops()[0].id}:{SKU}"
    ]


# Refunds ---------------------------------------------------------------------------------


def refund(*vouchers: tuple[str, str], **more: Any) -> dict[str, Any]:
    named = [{"certificate_id": id, "code": code} for id, code in vouchers]
    said = {"order_id": ORDER, "after_sale_id": "case-1", "refund_amount": 900}
    return {**said, "certificates": named, **more}


def held(asker: Asker, verdict: Verdict = Verdict.AGREED) -> None:
    """A refund that was answered "pending", and decided since."""
    assert asker.ask("refund-review", refund(("11", "A1")))["result"] == 0
    asker.inbound.decide(only(asker.inbound).id, verdict, by="erp", reason="已核销")


def test_what_was_decided_is_told_once(joined: Bench, asker: Asker, ear: list[Ear]) -> None:
    held(asker, Verdict.REFUSED)
    assert [asker.inbound.settle() for _ in range(3)] == [1, 0, 0]
    body = {
        "result": 2, "after_sale_id": "case-1", "reason": "已核销",
        "certificate": [{"certificate_id": "11"}],
    }  # fmt: skip
    assert ear[0].told == [("fulfilment/refund/audit/", body)]
    (command,) = joined.hub.desks.commands(kind="answer")
    assert (command.target, command.state, command.attempts) == (ORDER, "confirmed", 1)


@pytest.mark.parametrize(("stands", "sent"), [(GRANTED, 1), (WAITING, 2)])
def test_an_answer_that_was_lost_is_looked_up(
    stands: int, sent: int, joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    held(asker)
    ear[0].loses = True
    assert asker.inbound.settle() == 0
    ear[0].loses, ear[0].stands = False, stands
    assert asker.inbound.settle() == 0, "it rests"
    later(joined, 6)
    assert asker.inbound.settle() == 1
    assert len(ear[0].told) == sent
    assert only(asker.inbound).state == "told"


def test_where_the_platform_decided_otherwise_nothing_more_is_sent(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    held(asker)
    ear[0].loses = True
    asker.inbound.settle()
    ear[0].stands = DENIED
    for _ in range(4):
        later(joined, 400)
        assert asker.inbound.settle() == 0
    assert len(ear[0].told) == 1
    (command,) = joined.hub.desks.commands(kind="answer")
    assert (command.state, command.said) == (
        "refused",
        "the platform has decided otherwise",
    )
    (trouble,) = asker.inbound.troubles()
    assert (trouble.severity, "被平台拒绝" in trouble.text) == ("critical", True)


def test_what_the_platform_would_not_hear_is_told_when_it_does(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    held(asker, Verdict.REFUSED)
    ear[0].shuts = True
    assert asker.inbound.settle() == 0
    ear[0].shuts = False
    later(joined, 6)
    assert asker.inbound.settle() == 1
    assert len(ear[0].told) == 1


def test_however_long_the_platform_would_not_hear_it_is_told_when_it_does(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    held(asker, Verdict.REFUSED)
    ear[0].shuts = True
    for _ in range(60):
        assert asker.inbound.settle() == 0
        later(joined, 400)
    ear[0].shuts = False
    assert asker.inbound.settle() == 1


def test_a_decision_nothing_can_be_made_of_keeps_no_other_back(
    joined: Bench, asker: Asker, ear: list[Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    held(asker)
    asker.ask("refund-review", {**refund(("12", "A2")), "after_sale_id": "case-2"})
    asker.inbound.decide(2, Verdict.AGREED, by="erp")
    well = LaikeAnswers.tell

    def tell(self: LaikeAnswers, decision: Decision) -> Done:
        if decision.question.case_external_id == "case-1":
            raise KeyError("certificate")
        return well(self, decision)

    monkeypatch.setattr(LaikeAnswers, "tell", tell)
    assert asker.inbound.settle() == 1
    assert [body["after_sale_id"] for _, body in ear[0].told] == ["case-2"]


def test_a_delivery_is_told_by_its_own_call(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    asker.ask("takeout-refund-review", {"order_id": ORDER, "after_sale_id": "7"})
    asker.inbound.decide(1, Verdict.REFUSED, by="erp", reason="已送达")
    assert asker.inbound.settle() == 1
    body = {
        "after_sale_id": "7", "is_approved": False,
        "reject_reason": {"reason_code": [1], "desc": "已送达"},
    }  # fmt: skip
    assert ear[0].told == [("after_sale/audit/notify/", body)]


def test_who_refuses_a_voucher_without_a_code_gives_it_one(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    """So the platform makes good what was not issued in time."""
    asker.ask("refund-review", refund(("11", "A1"), ("12", "")))
    one = only(asker.inbound)
    assert one.codes == 1
    with pytest.raises(Misfit):
        asker.inbound.decide(one.id, Verdict.REFUSED, by="erp")
    asker.inbound.decide(one.id, Verdict.REFUSED, by="erp", codes=["LATE-1"])
    asker.inbound.settle()
    assert ear[0].told[0][1]["certificate"] == [
        {"certificate_id": "11"}, {"certificate_id": "12", "code": "LATE-1"},
    ]  # fmt: skip


def test_what_the_platform_decided_itself_closes_the_question_and_voids_codes(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    stocked(joined, "A1", "A2")
    named = [{"certificate_id": "11"}, {"certificate_id": "12"}]
    asker.ask("issue-codes", wants(certificates=named))
    asker.ask("refund-review", refund(("11", "A1")))
    notice = [{"certificate_id": "11", "code": "A1", "audit_result": 1}]
    told = {"order_id": ORDER, "after_sale_id": "case-1", "notice_list": notice}
    for _ in range(2):
        said = asker.ask("refund-notice", told)
        assert said == {"error_code": 0, "description": "success"}
    review = next(q for q in asker.inbound.questions() if q.kind == "refund_review")
    assert (review.state, review.decided_by) == ("closed", "the platform")
    with pytest.raises(Decided):
        asker.inbound.decide(review.id, Verdict.REFUSED, by="erp")
    issued = door.codes_of_question(joined.hub, 1)
    assert [(c.code, c.state) for c in issued] == [("A1", "void"), ("A2", "issued")]
    assert asker.inbound.settle() == 0
    assert ear[0].told == []


def test_codes_of_a_refund_we_granted_hold_no_longer(joined: Bench, asker: Asker) -> None:
    stocked(joined, "A1")
    asker.ask("issue-codes", wants(certificates=[{"certificate_id": "11"}]))
    held_id = {"certificates": [{"certificate_id": "11", "code": "A1"}]}
    asker.ask("refund-review", {**refund(), **held_id})
    asker.inbound.decide(2, Verdict.AGREED, by="erp")
    asker.inbound.settle()
    (code,) = door.codes_of_question(joined.hub, 1)
    assert code.state == "void"


# Numbers are given once -----------------------------------------------------------------


def test_after_a_season_without_questions_an_order_gets_a_code_of_its_own(
    joined: Bench, asker: Asker
) -> None:
    stocked(joined, "A1", "A2")
    assert asker.ask("issue-codes", wants())["codes"] == ["A1"]
    later(joined, 91 * 86_400)
    asker.inbound.purge()
    assert asker.ask("issue-codes", wants("1000000000000000002"))["codes"] == ["A2"]


def test_after_a_season_without_questions_a_decision_is_still_told(
    joined: Bench, asker: Asker, ear: list[Ear]
) -> None:
    held(asker)
    assert asker.inbound.settle() == 1
    later(joined, 91 * 86_400)
    asker.inbound.purge()
    asker.ask("refund-review", {**refund(("12", "A2")), "after_sale_id": "case-2"})
    (new,) = asker.inbound.questions(states=["open"])
    asker.inbound.decide(new.id, Verdict.AGREED, by="erp")
    assert asker.inbound.settle() == 1
    assert [body["after_sale_id"] for _, body in ear[0].told] == ["case-1", "case-2"]


# Whose it is -----------------------------------------------------------------------------


def test_of_an_app_with_several_shops_the_order_tells_whose_it_is(tmp_path: Path) -> None:
    with bench(CHANNEL, tmp_path, orders=4, shops=2) as made:
        inbound, first = Inbound(made.hub), made.platform.accounts()[0]
        there = made.hub.shops()
        shop = next(s for s in there if s.external_id == first.external_id)
        with made.hub.store.writing() as connection:
            for one in there:
                change_shop(connection, one.id, app=shop.app)
        platform: Any = made.platform
        order = platform.shops[first.external_id].place().id
        asker = Asker(inbound, first)
        asker.ask("refund-review", {"order_id": order, "after_sale_id": "1"})
        inbound.settle()
        assert only(inbound).shop_id is None
        assert of_feed(made) == [], "there is nobody to be told"
        with made.hub.store.writing() as connection:
            for one in there:
                change_shop(connection, one.id, app=one.app)
        made.hub.sync()
        inbound.settle()
        assert only(inbound).shop_id == shop.id
        assert of_feed(made) == ["question.asked"]
        inbound.close()


def test_what_was_decided_before_anybody_could_tell_whose_it_is_is_told(
    tmp_path: Path, ear: list[Ear]
) -> None:
    def served(platform: Any) -> Ear:
        ear[:] = ear or [Ear(platform_transport(platform))]
        return ear[0]

    with bench(CHANNEL, tmp_path, orders=4, shops=2, served=served) as made:
        inbound, first = Inbound(made.hub), made.platform.accounts()[0]
        there = made.hub.shops()
        shop = next(s for s in there if s.external_id == first.external_id)
        with made.hub.store.writing() as connection:
            for one in there:
                change_shop(connection, one.id, app=shop.app)
        platform: Any = made.platform
        order = platform.shops[first.external_id].place().id
        Asker(inbound, first).ask(
            "refund-review", {**refund(("11", "A1")), "order_id": order}
        )
        inbound.decide(only(inbound).id, Verdict.REFUSED, by="erp")
        assert inbound.settle() == 0
        with made.hub.store.writing() as connection:
            for one in there:
                change_shop(connection, one.id, app=one.app)
        made.hub.sync()
        assert inbound.settle() == 1
        assert (len(ear[0].told), of_feed(made)) == (1, ["question.answered"])
        inbound.close()
