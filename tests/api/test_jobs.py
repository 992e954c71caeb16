"""Long work is asked for, looked at and ended over HTTP, once for each key."""

from __future__ import annotations

from typing import Any

import pytest

from hub_core.access import Audit, Grants, Keys
from hub_core.errors import Rejected, Unauthorised
from hub_core.jobs import Asked
from hub_core.remote import RemoteHub
from tests.harness import Bench

from .conftest import COMPANIES, Client


def put(client: Client, path: str, body: dict[str, Any], key: str, role: str) -> Any:
    return client(role).post(path, json=body, headers={"Idempotency-Key": key})


def test_a_job_is_asked_for_once_for_its_key_and_stands_in_the_audit_log(
    client: Client, made: Bench
) -> None:
    shop = made.hub.shops()[0].name
    body = {"kind": "rebuild", "shop": shop, "kinds": ["orders"]}
    first, second = (put(client, "jobs", body, "one", "operator") for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    job = first.json()
    assert (job["state"], job["shop"], job["what"]) == (
        "waiting",
        shop,
        {"kinds": ["orders"]},
    )
    listed = client("operator").get("jobs", params={"shop": shop}).json()["data"]
    assert [one["id"] for one in listed].count(job["id"]) == 1
    entries = Audit.of(made.hub.store, made.hub.settings).newest(of=f"shop {shop}")
    assert [e.action for e in entries if '"one"' in e.details] == ["job.start"]


def test_it_is_paused_retried_and_cancelled(client: Client, made: Bench) -> None:
    body = {"kind": "heal", "shop": made.hub.shops()[0].name, "days": 1}
    job = put(client, "jobs", body, "two", "developer").json()
    states = [
        put(client, f"jobs/{job['id']}/{deed}", {}, f"two-{deed}", "developer").json()[
            "state"
        ]
        for deed in ("pause", "retry", "cancel")
    ]
    assert states == ["paused", "waiting", "cancelled"]
    found = client("operator").get(f"jobs/{job['id']}").json()
    assert found["ended_at"] is not None
    answer = client("developer").get("jobs", params={"state": ["cancelled"]})
    assert job["id"] in {one["id"] for one in answer.json()["data"]}


def test_what_is_no_job_is_said(client: Client, made: Bench) -> None:
    shop = made.hub.shops()[0].name
    for body, status in (
        ({"kind": "clean", "shop": shop}, 422),
        ({"kind": "backfill", "shop": shop}, 400),
        ({"kind": "backfill", "shop": shop, "since": "2026-01-01T00:00:00"}, 422),
        ({"kind": "heal", "shop": shop, "streams": ["tea"]}, 400),
        ({"kind": "heal", "shop": "nobody's"}, 404),
    ):
        answer = put(client, "jobs", body, f"no {status}".replace(" ", "-"), "operator")
        assert answer.status_code == status, answer.text


def test_another_companys_job_is_not_there(client: Client, made: Bench) -> None:
    other = next(s for s in made.hub.shops() if s.company != COMPANIES[0])
    job = put(client, "jobs", {"kind": "rebuild", "shop": other.name}, "three", "operator")
    id, mine = job.json()["id"], client("developer", company=COMPANIES[0])
    assert mine.get(f"jobs/{id}").status_code == 404
    assert other.name not in mine.get("jobs").text
    headers = {"Idempotency-Key": "four"}
    assert mine.post(f"jobs/{id}/cancel", json={}, headers=headers).status_code == 404
    body = {"kind": "rebuild", "shop": other.name}
    assert mine.post("jobs", json=body, headers=headers).status_code == 404


def test_the_client_has_them_by_the_same_names(made: Bench, url: str) -> None:
    key = Keys(made.hub.store).create("jobs", "test", actor="test", new="system")
    Grants(made.hub.store).grant("jobs", "operator", actor="test", everywhere=True)
    shop = made.hub.shops()[0].name
    with RemoteHub(url, key.text) as hub:
        job = hub.start_job("rebuild", shop, kinds=["orders"], key="five")
        assert hub.start_job("rebuild", shop, kinds=["orders"], key="five") == job
        assert hub.job(job["id"]) == job
        _work_off(made)
        done = hub.job(job["id"])
        assert (done["state"], done["attempts"]) == ("done", 1)
        assert done["counts"]["records"] == done["counts"]["unchanged"] > 0
        assert done in hub.jobs(shop=shop)
        assert hub.change_job(job["id"], "retry") == done
        with pytest.raises(Unauthorised):
            hub.change_job(job["id"], "cancel")
        with pytest.raises(Rejected, match="no job"):
            hub.job(10**9)


def _work_off(made: Bench) -> None:
    """As a worker would."""
    asked, waiting = Asked(made.hub), list[Any]()

    class Queue:
        def put(self, connection: Any, name: str, partition: str, what: Any) -> None:
            waiting.append(what)

    while asked.tick(Queue()):
        while waiting:
            asked.work(waiting.pop())
