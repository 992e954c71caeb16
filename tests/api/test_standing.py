"""How the hub stands, over HTTP: tokens, schedules, alarms."""

from __future__ import annotations

from datetime import datetime

from hub_core import alarms
from hub_core.alarms import Severity, Trouble
from tests.harness import Bench

from .conftest import COMPANIES, Client


def test_tokens_are_told_of_and_never_told(client: Client, made: Bench) -> None:
    answer = client("developer").get("tokens")
    found = answer.json()["data"]
    assert [one["shop"] for one in found] == [shop.name for shop in made.hub.shops()]
    assert {one["state"] for one in found} == {"ok"}
    for token in made.hub.store.tokens.every().values():
        assert token.access_token not in answer.text


def test_schedules_are_paused_resumed_and_run(client: Client, made: Bench) -> None:
    api, shop = client("developer"), made.hub.shops()[0].name
    whole = {"shop": shop, "stream": "orders", "task": "sync"}

    def change(action: str) -> dict[str, object]:
        (one,) = api.post("schedules", json={"action": action, **whole}).json()["data"]
        assert one in api.get("schedules").json()["data"]
        return dict(one)

    assert change("pause")["state"] == "paused"
    assert change("resume")["state"] == "waiting"
    made.platform.clock.advance(5)
    due = datetime.fromisoformat(str(change("run")["due_at"]))
    assert due == made.hub.clock.now()
    answer = api.post("schedules", json={"action": "run", **whole, "stream": "tea"})
    assert answer.status_code == 404


def test_alarms_of_a_company_are_its_own(client: Client, made: Bench) -> None:
    first, second = made.hub.shops()
    found = [
        Trouble(key=f"gap:{n}", severity=Severity.WARNING, said="…", shop=shop)
        for n, shop in enumerate((first.name, second.name, None))
    ]
    alarms.look(made.hub, made.hub.clock.now(), extra=found)

    def told(**where: str) -> set[str]:
        api = client("operator", **where)
        return {one["key"] for one in api.get("alarms").json()["data"]} & {
            one.key for one in found
        }

    assert told() == {"gap:0", "gap:1", "gap:2"}
    assert told(company=COMPANIES[0]) == {"gap:0"}
