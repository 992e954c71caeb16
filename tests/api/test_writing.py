"""What an ERP does over HTTP is done once for its key."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from hub_core.access import Audit
from hub_core.client import httpx
from tests.harness import Bench

from .conftest import Client


def put(api: httpx.Client, code: str, on_hand: int, key: str) -> httpx.Response:
    body, headers = {"on_hand": on_hand}, {"Idempotency-Key": key}
    return api.put(f"stock/{code}", json=body, headers=headers)


def test_the_same_request_again_is_answered_and_does_nothing(client: Client) -> None:
    api = client("operator")
    first, again = (put(api, "A-1", 5, "level-1") for _ in range(2))
    assert first.json() == again.json() == {"code": "A-1", "on_hand": 5, "version": 1}
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert put(api, "A-1", 6, "level-2").json()["version"] == 2
    assert put(api, "A-1", 5, "level-1").json() == first.json()


def test_a_write_is_in_the_audit_log_once(client: Client, made: Bench) -> None:
    api = client("operator")
    for _ in range(3):
        put(api, "A-7", 8, "level-7")
    audit = Audit.of(made.hub.store, made.hub.settings)
    (entry,) = audit.newest(of="item A-7")
    assert entry.action == "stock.set"
    assert json.loads(entry.details) == {"on_hand": 8, "key": "level-7"}
    assert entry.actor.startswith("ERP ")
    assert audit.verify().fault is None


def test_a_key_for_another_request_is_refused(client: Client) -> None:
    api = client("operator")
    put(api, "A-2", 5, "level-3")
    for answer in (put(api, "A-2", 7, "level-3"), put(api, "A-3", 5, "level-3")):
        assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
    assert {"code": "A-2", "on_hand": 5, "version": 1} in api.get("stock").json()["data"]


def test_two_callers_may_use_one_word(client: Client) -> None:
    assert put(client("operator"), "A-4", 5, "mine").json()["version"] == 1
    assert put(client("admin"), "A-4", 5, "mine").json()["version"] == 2


def test_an_adjustment_given_many_times_at_once_counts_once(client: Client) -> None:
    api = client("operator")
    put(api, "A-5", 10, "level-5")

    def adjust(_: int) -> int:
        answer = api.post(
            "stock/A-5/adjustments", json={"by": 3}, headers={"Idempotency-Key": "more"}
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(adjust, range(16))) <= {200, 409}
    assert adjust(0) == 200
    levels = {one["code"]: one["on_hand"] for one in api.get("stock").json()["data"]}
    assert levels["A-5"] == 13


def test_a_write_without_a_key_or_with_unknown_fields_is_refused(client: Client) -> None:
    api = client("operator")
    assert api.put("stock/A-6", json={"on_hand": 1}).status_code == 422
    odd = {"on_hand": 1, "approved": True}
    answer = api.put("stock/A-6", json=odd, headers={"Idempotency-Key": "x"})
    assert answer.status_code == 422
    assert "approved" in answer.json()["detail"]
    assert "A-6" not in api.get("stock").text


def test_a_parcel_of_a_channel_without_parcels_is_refused(
    client: Client, made: Bench
) -> None:
    shop = made.hub.shops()[0].name
    parcel = {"shop": shop, "order": "1", "carrier": "SF", "tracking_no": "SF1"}
    answer = client("operator").post(
        "shipments", json=parcel, headers={"Idempotency-Key": "parcel"}
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "refused"
