"""What platforms ask is told to endpoints that ask for it by name, and to no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub_core.errors import Misconfigured
from hub_core.outbound import Outbound
from hub_core.store import asks
from tests.outbound.erp import ME, Office
from tests.store.conftest import BOTH
from tests.store.making import at


def asked(office: Office, key: str, *events: str, **more: Any) -> int:
    """A question as the platform's asking leaves it, with what the feed tells of it."""
    hands = office.hands
    row = {
        "channel": "jd", "app": "app", "kind": "code_issue", "key": key, "orders": key,
        "amount": None, "sealed": b"", "state": asks.OPEN, "asked_at": at(0), "codes": 2,
        "shop_id": hands.shop.id, "deadline_at": at(0) + timedelta(minutes=10), **more,
    }  # fmt: skip
    with hands.store.writing() as connection:
        kept = asks.keep(connection, row)
        for event in events:
            asks.tell(connection, kept, event, at(0))
    return kept.id


def told(office: Office, path: str) -> list[str]:
    came = [c.json for c in office.erp.came if c.path == path]
    return [f"{one['type']} {one['data'].get('question', '')}".strip() for one in came]


@pytest.mark.parametrize("kind", BOTH, indirect=True)
def test_a_question_goes_to_whom_it_is_delegated_and_changes_to_the_others(
    office: Office,
) -> None:
    for name, events in {
        "questions": ["question"], "expiring": ["question.expiring"],
        "both": ["question.asked", "order"], "orders": ["order"],
    }.items():  # fmt: skip
        office.add(f"{office.erp.url}/{name}", events=events, actor=ME)
    office.orders("A1")
    first = asked(office, "1", asks.ASKED, asks.EXPIRING)
    office.orders("A2")
    second = asked(office, "2", asks.ASKED, asks.ANSWERED)
    while office.deliver_due().delivered:
        pass

    assert told(office, "/hook/questions") == [
        f"question.asked {first}", f"question.expiring {first}",
        f"question.asked {second}", f"question.answered {second}",
    ]  # fmt: skip
    assert told(office, "/hook/expiring") == [f"question.expiring {first}"]
    assert told(office, "/hook/both") == [
        "order.created", f"question.asked {first}", "order.created",
        f"question.asked {second}",
    ]  # fmt: skip
    for path in ("/hook/orders", "/hook"):
        assert told(office, path) == ["order.created"] * 2, "none is told unasked"


def test_a_message_says_what_is_asked_until_when_and_no_code(office: Office) -> None:
    office.add(f"{office.erp.url}/q", events=["question"], actor=ME)
    id = asked(office, "77", asks.ASKED, sku="SKU-1")
    office.deliver_due()
    (came,) = [c.json["data"] for c in office.erp.came if c.path == "/hook/q"]
    assert came == {
        "seq": came["seq"], "at": "2026-11-20T04:00:00Z", "kind": "question.asked",
        "shop": "flagship", "channel": "jd", "question": id, "of": "code_issue",
        "orders": ["77"], "amount": None, "codes": 2, "sku": "SKU-1", "outer_code": None,
        "verdict": None, "deadline_at": "2026-11-20T04:10:00Z",
    }  # fmt: skip


def test_a_question_does_not_wait_for_changes_that_nobody_asked_for(
    office: Office,
) -> None:
    office.add(f"{office.erp.url}/q", events=["question"], actor=ME)
    office.orders(*(f"A{n}" for n in range(220)))
    id = asked(office, "1", asks.ASKED)
    office.deliver_due()
    assert told(office, "/hook/q") == [f"question.asked {id}"]


def test_nothing_is_skipped_where_one_list_is_long(office: Office) -> None:
    office.add(f"{office.erp.url}/b", events=["question", "order"], actor=ME)
    office.orders("A1", "A2", "A3")
    asked(office, "1", *[asks.ASKED] * 205)
    office.orders("A4", "A5", "A6")
    while office.deliver_due().delivered:
        pass
    came = [c.json["data"] for c in office.erp.came if c.path == "/hook/b"]
    assert [one["seq"] for one in came] == list(range(1, 212))


def test_shops_and_companies_narrow_questions_too(office: Office) -> None:
    office.add(f"{office.erp.url}/s", events=["question"], shops=["flagship"], actor=ME)
    asked(office, "1", asks.ASKED)
    asked(office, "2", asks.ASKED, shop_id=None)
    office.deliver_due()
    assert len(told(office, "/hook/s")) == 1


def test_there_are_no_other_questions(office: Office) -> None:
    out: Outbound = office
    with pytest.raises(Misconfigured, match=r"question\.asked"):
        out.add(f"{office.erp.url}/x", events=["question.lost"], actor=ME)
