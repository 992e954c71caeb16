"""Nobody reads or does over HTTP what no grant of theirs allows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hub_core.access import MATRIX, ROLES, Keys
from hub_core.client import httpx
from tests.harness import Bench

from .conftest import COMPANIES, Client

LEVEL = {"on_hand": 3}
LOGIN = {"channel": "douyin-laike", "shop": ""}
PARCEL = {"shop": "", "order": "1", "carrier": "SF", "tracking_no": "SF1"}
ROUTES: dict[tuple[str, str], tuple[str, Any]] = {
    ("get", "/shops"): ("shops.read", None),
    ("get", "/coverage"): ("coverage.read", None),
    ("get", "/changes"): ("changes.read", None),
    ("get", "/orders"): ("orders.read", None),
    ("get", "/orders/{uid}"): ("orders.read", None),
    ("get", "/orders/{uid}/raw"): ("raw.read", None),
    ("get", "/products"): ("products.read", None),
    ("get", "/products/{uid}"): ("products.read", None),
    ("get", "/products/{uid}/raw"): ("raw.read", None),
    ("get", "/after-sales"): ("after_sales.read", None),
    ("get", "/after-sales/{uid}"): ("after_sales.read", None),
    ("get", "/after-sales/{uid}/raw"): ("raw.read", None),
    ("get", "/redemptions"): ("redemptions.read", None),
    ("get", "/redemptions/{uid}"): ("redemptions.read", None),
    ("get", "/redemptions/{uid}/raw"): ("raw.read", None),
    ("get", "/places"): ("places.read", None),
    ("get", "/places/{uid}"): ("places.read", None),
    ("get", "/places/{uid}/raw"): ("raw.read", None),
    ("get", "/lines"): ("orders.read", None),
    ("get", "/vouchers"): ("vouchers.read", None),
    ("get", "/skus"): ("products.read", None),
    ("get", "/commands"): ("commands.read", None),
    ("get", "/parked"): ("parked.read", None),
    ("get", "/journal"): ("journal.read", None),
    ("get", "/quota"): ("journal.read", None),
    ("get", "/tokens"): ("tokens.read", None),
    ("get", "/authorisations"): ("tokens.read", None),
    ("post", "/authorisations"): ("tokens.write", LOGIN),
    ("get", "/schedules"): ("jobs.read", None),
    ("post", "/schedules"): ("jobs.run", {"action": "run", "shop": ""}),
    ("get", "/jobs"): ("jobs.read", None),
    ("post", "/jobs"): ("jobs.run", {"kind": "rebuild", "shop": ""}),
    ("get", "/jobs/{id}"): ("jobs.read", None),
    ("post", "/jobs/{id}/cancel"): ("jobs.write", {}),
    ("post", "/jobs/{id}/pause"): ("jobs.write", {}),
    ("post", "/jobs/{id}/retry"): ("jobs.run", {}),
    ("get", "/alarms"): ("incidents.read", None),
    ("get", "/stock"): ("stock.read", None),
    ("get", "/bindings"): ("bindings.read", None),
    ("put", "/stock/{code}"): ("stock.write", LEVEL),
    ("post", "/stock/{code}/adjustments"): ("stock.write", {"by": 1}),
    ("post", "/shipments"): ("shipments.write", PARCEL),
    ("get", "/questions"): ("questions.read", None),
    ("get", "/questions/{id}"): ("questions.read", None),
    ("post", "/questions/{id}/answer"): ("questions.answer", {"verdict": "agreed"}),
    ("get", "/questions/{id}/codes"): ("codes.write", None),
    ("get", "/codes"): ("questions.read", None),
    ("post", "/codes"): ("codes.write", {"shop": "", "sku": "TEA", "codes": ["A1"]}),
    ("get", "/endpoints"): ("endpoints.read", None),
    ("post", "/endpoints"): ("endpoints.write", {"url": "https://192.0.2.7/"}),
    ("get", "/endpoints/{uid}"): ("endpoints.read", None),
    ("patch", "/endpoints/{uid}"): ("endpoints.write", {"state": "off"}),
    ("delete", "/endpoints/{uid}"): ("endpoints.write", None),
    ("post", "/endpoints/{uid}/rotate"): ("endpoints.write", {}),
    ("post", "/endpoints/{uid}/test"): ("endpoints.write", None),
    ("get", "/endpoints/{uid}/messages"): ("endpoints.read", None),
    ("post", "/endpoints/{uid}/replay"): ("endpoints.write", {}),
}
"""Each route, what it takes, and a body that could be meant."""


def asked(
    api: httpx.Client, method: str, path: str, body: Any, shop: str = ""
) -> httpx.Response:
    path = re.sub(r"\{\w+\}", "X1", path.replace("{id}", "1"))
    headers = {"Idempotency-Key": f"{method}{path}".replace("/", "-")}
    if body and "shop" in body:
        body = {**body, "shop": shop}
    return api.request(method, path.lstrip("/"), headers=headers, json=body)


def test_every_route_stands_in_the_table(url: str) -> None:
    described = httpx.get(f"{url}/v1/openapi.json").json()["paths"]
    there = {
        (method, path.removeprefix("/v1"))
        for path, methods in described.items()
        for method in methods
    }
    assert there == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_key_there_is_nothing(
    url: str, made: Bench, route: tuple[str, str]
) -> None:
    made.platform.clock.advance(61)  # wrong keys of a minute ago are forgiven
    for headers in ({}, {"Authorization": "Bearer hub_x"}, {"Authorization": "Basic YTpi"}):
        with httpx.Client(base_url=f"{url}/v1", headers=headers) as api:
            answer = asked(api, *route, ROUTES[route][1])
        assert (answer.status_code, answer.json()["code"]) == (401, "no_key")


def test_whoever_guesses_is_shut_out_for_a_while(
    url: str, client: Client, made: Bench
) -> None:
    def guess() -> httpx.Response:
        return httpx.get(f"{url}/v1/shops", headers={"Authorization": "Bearer hub_x"})

    made.platform.clock.advance(61)
    assert [guess().status_code for _ in range(11)] == [401] * 10 + [429]
    assert int(guess().headers["retry-after"]) > 0
    made.platform.clock.advance(61)
    assert client("viewer").get("shops").status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES)
def test_a_role_may_what_the_table_says(
    client: Client, made: Bench, role: str, route: tuple[str, str]
) -> None:
    permission, body = ROUTES[route]
    answer = asked(client(role), *route, body, made.hub.shops()[0].name)
    if role in MATRIX[permission]:
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def everything(made: Bench, company: str) -> list[tuple[str, str]]:
    """Path and hub id of all that the other company has."""
    names = {shop.name for shop in made.hub.shops() if shop.company != company}
    said = made.hub.changes(limit=100_000)
    paths = {
        "order": "orders", "product": "products", "after_sale": "after-sales",
        "redemption": "redemptions", "place": "places",
    }  # fmt: skip
    return sorted(
        {(paths[c.kind.partition(".")[0]], c.uid) for c in said if c.shop in names}
    )


@pytest.mark.parametrize("company", COMPANIES)
def test_what_another_company_has_is_not_there(
    client: Client, made: Bench, company: str
) -> None:
    api = client("operator", company=company)
    theirs = everything(made, company)
    assert {path for path, _ in theirs} == {
        *("orders", "products", "after-sales", "redemptions", "places")
    }
    for path, uid in theirs:
        assert api.get(f"{path}/{uid}").status_code == 404
        raw = client("developer", company=company).get(f"{path}/{uid}/raw")
        assert raw.status_code == 404
    other = next(shop for shop in made.hub.shops() if shop.company != company)
    for path in ("orders", "products", "after-sales", "redemptions", "places"):
        for name in (other.name, other.uid):
            assert api.get(path, params={"shop": name}).json()["data"] == []
        listed = api.get(path, params={"limit": 500}).json()["data"]
        assert listed
        assert other.name not in {row["shop"] for row in listed}
    for path in ("lines", "vouchers", "skus"):
        listed = api.get(path, params={"limit": 500}).json()["data"]
        assert listed
        assert other.name not in {row["shop"] for row in listed}
        assert api.get(path, params={"shop": other.name}).json()["data"] == []
    for path in (
        "shops",
        "coverage",
        "commands",
        "parked",
        "bindings",
        "schedules",
        "tokens",
    ):
        assert other.name not in api.get(path).text
    assert asked(api, "post", "/shipments", PARCEL, other.name).status_code == 404
    run = {"action": "run", "shop": other.name}
    assert asked(api, "post", "/schedules", run, other.name).status_code == 404
    assert asked(api, "post", "/authorisations", LOGIN, other.name).status_code == 404
    assert made.hub.desks.commands() == []


def test_a_right_at_one_company_gives_none_for_what_is_all_shops(client: Client) -> None:
    api = client("operator", company=COMPANIES[0])
    for route in (("put", "/stock/{code}"), ("get", "/stock")):
        assert asked(api, *route, ROUTES[route][1]).status_code == 403


def test_a_revoked_key_opens_nothing_with_the_next_request(url: str, made: Bench) -> None:
    keys = Keys(made.hub.store)
    key = keys.create("ERP of a former time", "test", actor="test", new="system")
    headers = {"Authorization": f"Bearer {key.text}"}
    with httpx.Client(base_url=f"{url}/v1", headers=headers) as api:
        assert api.get("shops").status_code == 403
        keys.revoke(key.key.prefix, actor="test")
        assert api.get("shops").status_code == 401
