"""The door a platform comes to: `/push/CHANNEL` and `/push/CHANNEL/APP` on a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub_core.access import Keys
from hub_core.api import create
from hub_core.client import httpx
from hub_core.inbound import Inbound
from hub_core.service import Front
from tests.harness import NOON, Bench
from tests.inbound.pushing import CHANNEL, Pusher, signed

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
TOO_MUCH = 300_000


@contextmanager
def door(hub: Bench, inbound: Inbound) -> Iterator[httpx.Client]:
    keys = Keys(hub.hub.store, hub.hub.clock.now)
    front = Front(create(hub.hub, keys, inbound), "127.0.0.1", 0)
    thread = threading.Thread(target=front.run, daemon=True)
    thread.start()
    with httpx.Client(base_url=front.url) as client:
        yield client
    front.stop()
    thread.join(5)


def order(pusher: Pusher, number: int) -> tuple[bytes, dict[str, str]]:
    body = pusher.order_event(str(10**18 + number), NOON)
    return body, dict(signed(pusher.secret, body))


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 10_000):
        yield b" " * 10_000


def test_a_push_is_kept_whether_or_not_it_names_its_app(
    joined: Bench, inbound: Inbound, pusher: Pusher
) -> None:
    (app,) = joined.hub.settings.apps_of(CHANNEL)
    with door(joined, inbound) as client:
        for number, path in enumerate((CHANNEL, f"{CHANNEL}/{app}")):
            body, headers = order(pusher, number)
            answer = client.post(f"/push/{path}", content=body, headers=headers)
            assert (answer.status_code, answer.json()["data"]["error_code"]) == (200, 0)
            assert len(inbound.pushes()) == number + 1
        body, headers = order(pusher, 7)
        parts = (body[:9], body[9:])
        answer = client.post(f"/push/{CHANNEL}", content=iter(parts), headers=headers)
        assert (answer.status_code, len(inbound.pushes())) == (200, 3)


def test_what_is_not_taken_is_said_and_the_connection_stays_of_use(
    joined: Bench, inbound: Inbound, pusher: Pusher
) -> None:
    body, headers = order(pusher, 1)
    with door(joined, inbound) as client:
        statuses = [
            client.get(f"/push/{CHANNEL}").status_code,
            client.post(f"/push/{CHANNEL}", content=body).status_code,
            client.post("/push/nobody", content=body, headers=headers).status_code,
            client.post(f"/push/{CHANNEL}/x/y", content=body, headers=headers).status_code,
            client.post(f"/push/{CHANNEL}", content=pieces(TOO_MUCH)).status_code,
            client.post("/push", content=body, headers=headers).status_code,
            client.post(f"/push/{CHANNEL}", content=body, headers=headers).status_code,
        ]
    assert statuses == [405, 401, 404, 404, 413, 404, 200]


def test_a_full_inbox_says_when_to_come_again(joined: Bench, pusher: Pusher) -> None:
    full = Inbound(joined.hub, waiting=0)
    body, headers = order(pusher, 1)
    with door(joined, full) as client:
        answer = client.post(f"/push/{CHANNEL}", content=body, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    full.close()
