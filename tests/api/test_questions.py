"""An ERP answers what platforms ask, over HTTP; nobody sees or answers another's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub_core.client import httpx
from hub_core.errors import Rejected
from hub_core.inbound import Inbound
from hub_core.remote import RemoteHub
from hub_core.store import asks
from hub_core.store.reads import OrderFilter
from tests.harness import Bench
from tests.inbound.test_asks import Asker

from .conftest import COMPANIES, Client

Ask = Callable[..., int]
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def inbound(made: Bench) -> Iterator[Inbound]:
    one = Inbound(made.hub)
    yield one
    one.close()


@pytest.fixture
def ask(made: Bench, inbound: Inbound) -> Ask:
    """Have the platform ask; gives the question's number."""

    def one(route: str = "refund-review", of: str | None = None, **more: Any) -> int:
        wanted = OrderFilter(shop=of or first_of(made))
        orders = [o.values["external_id"] for o in made.hub.each_order(wanted)]
        number = next(NUMBERS)
        asked = {"order_id": orders[number % len(orders)], "after_sale_id": str(number)}
        Asker(inbound, made.platform.accounts()[0]).ask(route, {**asked, **more})
        return max(found.id for found in inbound.questions())

    return one


def post(
    api: httpx.Client, path: str, body: Any, key: str | None = None
) -> tuple[int, Any]:
    headers = {"Idempotency-Key": key or f"key-{next(NUMBERS)}"}
    answer = api.post(path, json=body, headers=headers)
    return answer.status_code, answer.json()


def first_of(made: Bench) -> str:
    return made.hub.shops()[0].name


AGREED, REFUSED = {"verdict": "agreed"}, {"verdict": "refused", "reason": "已核销"}


def test_the_first_answer_stands(client: Client, ask: Ask) -> None:
    api, id = client("operator"), ask()
    assert api.get(f"questions/{id}").json()["state"] == "open"
    first = post(api, f"questions/{id}/answer", REFUSED, "a-key")
    assert (first[0], first[1]["verdict"], first[1]["reason"]) == (200, "refused", "已核销")
    assert post(api, f"questions/{id}/answer", REFUSED, "a-key") == first
    assert post(api, f"questions/{id}/answer", REFUSED)[0] == 200, "saying it twice"
    status, problem = post(api, f"questions/{id}/answer", AGREED)
    assert (status, problem["code"]) == (409, "decided")
    other = post(api, f"questions/{ask()}/answer", REFUSED, "a-key")
    assert (other[0], other[1]["code"]) == (409, "key_used")
    assert post(api, "questions/999999/answer", AGREED)[0] == 404


def test_after_its_limit_an_answer_is_too_late(
    made: Bench, client: Client, ask: Ask
) -> None:
    id = ask("issue-codes", count=1)
    made.platform.clock.advance(601)
    body = {**AGREED, "codes": ["L1"]}
    status, problem = post(client("operator"), f"questions/{id}/answer", body)
    assert (status, problem["code"]) == (409, "too_late")


def test_codes_come_with_the_answer_and_are_seen_by_whom_it_concerns(
    client: Client, ask: Ask
) -> None:
    api, id = client("operator"), ask("issue-codes", count=2)
    for wrong in ([], ["C1"], ["C1", "C1"]):
        status, problem = post(api, f"questions/{id}/answer", {**AGREED, "codes": wrong})
        assert (status, problem["code"]) == (409, "codes_misfit")
    body = {**AGREED, "codes": ["C1", "C2"]}
    first = post(api, f"questions/{id}/answer", body, "codes-key")
    assert first[0] == 200
    assert "C1" not in str(first[1])
    assert post(api, f"questions/{id}/answer", body, "codes-key") == first
    given = api.get(f"questions/{id}/codes").json()["data"]
    assert [(one["code"], one["state"]) for one in given] == [
        ("C1", "issued"), ("C2", "issued"),
    ]  # fmt: skip
    assert client("developer").get(f"questions/{id}").status_code == 200
    assert client("developer").get(f"questions/{id}/codes").status_code == 403


def test_codes_are_handed_over_and_counted(made: Bench, client: Client, ask: Ask) -> None:
    api, shop = client("operator"), made.hub.shops()[0].name
    body = {"shop": shop, "sku": "SKU-1", "codes": ["P1", "P2"]}
    assert post(api, "codes", body)[1] == {"shop": shop, "sku": "SKU-1", "new": 2}
    assert post(api, "codes", body)[1]["new"] == 0
    for wrong in (["P 3"], [""], []):
        assert post(api, "codes", {**body, "codes": wrong})[0] == 422
    ask("issue-codes", count=1, third_sku_id="SKU-1")
    pools = {p["sku"]: p for p in api.get("codes").json()["data"]}
    assert (pools["SKU-1"]["free"], pools["SKU-1"]["issued"]) == (1, 1)


def test_what_another_company_is_asked_is_not_there(
    made: Bench, client: Client, ask: Ask
) -> None:
    shops = {shop.company: shop for shop in made.hub.shops()}
    mine = {company: ask(of=shops[company].name) for company in COMPANIES}
    for company in COMPANIES:
        api = client("operator", company=company)
        other = next(c for c in COMPANIES if c != company)
        seen = {
            q["id"] for q in api.get("questions", params={"limit": 1000}).json()["data"]
        }
        assert mine[company] in seen
        assert mine[other] not in seen
        assert api.get(f"questions/{mine[company]}").status_code == 200
        for path in (f"questions/{mine[other]}", f"questions/{mine[other]}/codes"):
            assert api.get(path).status_code == 404
        assert post(api, f"questions/{mine[other]}/answer", AGREED)[0] == 404
        body = {"shop": shops[other].name, "sku": "S", "codes": ["X1"]}
        assert post(api, "codes", body)[0] == 404
        assert shops[other].name not in api.get("codes").text
        for path in ("endpoints", "endpoints/ep_1", "endpoints/ep_1/messages"):
            assert client("developer", company=company).get(path).status_code == 403
    with made.hub.store.reading() as connection:
        states = {asks.ask(connection, id).state for id in mine.values()}  # type: ignore[union-attr]
    assert states == {"open"}


def test_a_remote_hub_answers(url: str, made: Bench, client: Client, ask: Ask) -> None:
    key = str(client("admin").headers["authorization"]).removeprefix("Bearer ")
    id = ask()
    with RemoteHub(url, key) as hub:
        assert id in {q["id"] for q in hub.questions(limit=1000)}
        assert hub.question(id)["state"] == "open"
        assert hub.answer(id, "agreed")["verdict"] == "agreed"
        with pytest.raises(Rejected) as refused:
            hub.answer(id, "refused")
        assert refused.value.code == "decided"
        assert hub.hand_over_codes(made.hub.shops()[0].name, "R", ["R1"]) == 1
        assert hub.codes(id) == []
        assert "R" in {pool["sku"] for pool in hub.code_pools()}
