"""Endpoints of webhooks over HTTP: made, seen, changed; their secrets told once."""

from __future__ import annotations

import itertools
from typing import Any

from hub_core.outbound import Outbound
from hub_core.remote import RemoteHub
from tests.harness import Bench

from .conftest import Client
from .test_questions import post

PLACE = "https://nobody.invalid/hook"
NUMBERS = itertools.count(1)
HOSTILE = (
    "https://127.0.0.1/", "https://169.254.169.254/", "https://10.0.0.1/", "http://[::1]/",
    "https://2130706433/", "https://0x7f.1/", "https://user@example.com/",
    "https://example.com:22/", "ftp://example.com/", "https://exa mple.com/",
)  # fmt: skip


def made_one(api: Any, **more: Any) -> dict[str, Any]:
    status, said = post(api, "endpoints", {"url": PLACE, **more})
    assert status == 200, said
    found: dict[str, Any] = said
    return found


def test_a_secret_is_told_once_and_kept_nowhere_in_clear(
    made: Bench, client: Client
) -> None:
    api = client("developer")
    body = {"url": PLACE, "events": ["question", "order.created"]}
    first = post(api, "endpoints", body, "add-once")[1]
    again = post(api, "endpoints", body, "add-once")[1]
    assert first["secret"].startswith("whsec_")
    assert again == {**first, "secret": None}
    uid = first["endpoint"]["id"]
    shown = api.get(f"endpoints/{uid}")
    assert (shown.json()["events"], shown.json()["state"]) == (body["events"], "active")
    renewed = post(api, f"endpoints/{uid}/rotate", {"hours": 1}, "rotate-once")[1]
    assert post(api, f"endpoints/{uid}/rotate", {"hours": 1}, "rotate-once")[1] == {
        **renewed, "secret": None,
    }  # fmt: skip
    assert post(api, f"endpoints/{uid}/rotate", {})[0] == 400, "two are live already"
    with made.hub.store.reading() as connection:
        kept = connection.exec_driver_sql("SELECT body FROM answer").scalars().all()
    everything = f"{kept} {shown.text} {api.get('endpoints').text}"
    assert "rotate" not in everything or "former_until" in everything
    for secret in (first["secret"], renewed["secret"]):
        assert secret not in everything


def test_where_nothing_may_be_sent_no_endpoint_is_made(made: Bench, client: Client) -> None:
    """With the sentence that sending there would give."""
    api = client("developer")
    before = api.get("endpoints").json()
    out = Outbound(made.hub.store, made.hub.settings.outbound)
    for url in HOSTILE:
        status, problem = post(api, "endpoints", {"url": url})
        assert (status, problem["code"]) == (400, "refused")
        sent = out.post.send(url, "{}", {}, made.hub.clock.now())
        assert sent.said == problem["detail"]
    out.close()
    assert api.get("endpoints").json() == before


def test_an_endpoint_is_changed_and_forgotten(client: Client) -> None:
    api = client("developer")
    uid = made_one(api)["endpoint"]["id"]
    off = api.patch(f"endpoints/{uid}", json={"state": "off", "events": ["product"]})
    assert (off.json()["state"], off.json()["events"]) == ("off", ["product"])
    assert (
        api.patch(f"endpoints/{uid}", json={"state": "active"}).json()["state"] == "active"
    )
    assert api.patch(f"endpoints/{uid}", json={"events": ["tea"]}).status_code == 400
    assert api.patch(f"endpoints/{uid}", json={"shops": ["nobody's"]}).status_code == 400
    assert post(api, "endpoints", {"url": PLACE, "events": ["tea"]})[0] == 400
    assert api.delete(f"endpoints/{uid}").json() == {"id": uid, "removed": True}
    assert api.delete(f"endpoints/{uid}").status_code == 404
    assert api.patch(f"endpoints/{uid}", json={}).status_code == 404


def test_dead_letters_are_seen_and_sent_again(
    url: str, made: Bench, client: Client
) -> None:
    key = str(client("admin").headers["authorization"]).removeprefix("Bearer ")
    clock = made.platform.clock
    with (
        RemoteHub(url, key) as hub,
        Outbound(made.hub.store, made.hub.settings.outbound, made.hub.clock.now) as out,
    ):
        before = made.hub.changes(limit=100_000)[-3].seq
        added = hub.add_endpoint(PLACE, after=before)
        uid, ping = added["endpoint"]["id"], hub.test_endpoint(added["endpoint"]["id"])
        assert (ping["taken"], "no address" in ping["said"]) == (False, True)
        for _ in range(14):
            out.deliver_due()
            clock.advance(13 * 3600)
        dead = hub.endpoint_messages(uid)
        waiting = hub.endpoint_messages(uid, state="waiting")
        assert len(dead) + len(waiting) == 2
        assert dead
        assert hub.replay(uid, [dead[0]["message"]]) == 1
        assert hub.replay(uid) == len(dead) - 1
        assert hub.endpoint_messages(uid) == []
        assert len(hub.endpoint_messages(uid, state="waiting")) == 2
        assert hub.rotate_endpoint(uid)["secret"].startswith("whsec_")
        assert hub.change_endpoint(uid, state="off")["state"] == "off"
        assert uid in {one["id"] for one in hub.endpoints()}
        hub.remove_endpoint(uid)
