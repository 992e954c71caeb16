"""What Prometheus is told is what is stored, bounded, and nobody's data."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub_core.access import Grants, Keys
from hub_core.api import create
from hub_core.client import httpx
from hub_core.jobs import Schedules
from hub_core.service.metrics import Metrics
from hub_core.store.tables import ParkedRow, ShopRow, StreamRow
from tests.harness import Bench

LABELS = {"channel", "shop", "stream", "state", "severity", "outcome", "app"} | {
    *("version", "schema", "generation", "why")
}


def measured(made: Bench) -> Metrics:
    return Metrics(made.hub, Schedules(made.hub).missed)


def told(made: Bench) -> dict[tuple[str, ...], float]:
    """By name and values of labels, without the prefix."""
    families = text_string_to_metric_families(measured(made).text().decode())
    return {
        (s.name.removeprefix("channel_hub_"), *s.labels.values()): s.value
        for family in families
        for s in family.samples
    }


@pytest.mark.sqlite("the room beside its file is among them")
def test_they_are_what_is_stored(made: Bench) -> None:
    hub, shop = made.hub, made.hub.shops()[0]
    made.platform.clock.advance(90)
    stream = (shop.channel, shop.name, "orders")

    now = told(made)
    assert now["stream_age_seconds", *stream] == pytest.approx(90, abs=5)
    assert now["stream_failing", *stream] == 0
    assert now["stream_proved", *stream] == 1
    assert now["feed_position",] == hub.position()
    assert now["shops", shop.channel, "active"] == 2
    assert now["calls_10m", shop.channel, "ok"] == len(hub.journal(limit=10_000))
    assert now["messages", "dead"] == now["messages", "waiting"] == 0
    assert now["database_bytes",] > 10_000
    assert now["disk_free_bytes",] > 0
    assert {key[0] for key in now if "token_seconds" in key}


def test_trouble_shows(made: Bench) -> None:
    hub, shop = made.hub, made.hub.shops()[0]
    with hub.store.writing() as connection:
        row = {
            "shop_id": shop.id, "stream": "orders", "record_key": "1", "reason": "?",
            "sealed": b"", "first_seen_at": hub.clock.now(), "attempts": 0,
            "last_seen_at": hub.clock.now(),
        }  # fmt: skip
        connection.execute(ParkedRow.__table__.insert(), row)  # type: ignore[attr-defined]
        connection.exec_driver_sql("UPDATE stream SET last_error = 'Down'")
        connection.exec_driver_sql("UPDATE coverage SET state = 'partial'")
    made.platform.clock.advance(timedelta(hours=1).total_seconds())
    now = told(made)
    stream = (shop.channel, shop.name, "orders")
    assert now["stream_failing", *stream] == 1
    assert now["stream_proved", *stream] == 0
    assert now["parked_records", *stream] == 1
    assert ("calls_10m", shop.channel, "ok") not in now


def test_labels_are_bounded_and_nobody_s(made: Bench) -> None:
    text = measured(made).text().decode()
    assert set(re.findall(r'(\w+)="', text)) <= LABELS
    secrets = [made.settings.app(name).secret().get_secret_value() for name in
               made.settings.apps]  # fmt: skip
    numbers = [one.as_dict()["external_id"] for one in made.hub.orders(limit=100)]
    assert numbers
    assert [one for one in (*secrets, *numbers) if one in text] == []


def test_only_whom_a_grant_at_all_shops_lets_see_them(made: Bench) -> None:
    keys, grants = Keys(made.hub.store, made.hub.clock.now), Grants(made.hub.store)
    app = create(made.hub, keys, None, measured(made).text)

    def status(*roles: str, **where: object) -> int:
        name = f"{roles} {where}"
        key = keys.create(name, "test", actor="test", new="system")
        for role in roles:
            grants.grant(name, role, actor="test", **(where or {"everywhere": True}))  # type: ignore[arg-type]

        async def ask() -> int:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as api:
                headers = {"Authorization": f"Bearer {key.text}"}
                return (await api.get("/metrics", headers=headers)).status_code

        return anyio.run(ask)

    assert status("developer") == 200
    assert status() == 403
    assert status("viewer", "operator", "finance") == 403
    assert status("admin", shop=made.hub.shops()[0].name) == 403


def test_a_thousand_shops_are_scraped_in_a_moment(made: Bench, tmp_path: Path) -> None:
    """Bounded loosely: two cores under load. Without a group it would be 5000 queries."""
    shop, now = made.hub.shops()[0], made.hub.clock.now()
    with made.hub.store.writing() as connection:
        many = [
            {
                "id": 100 + n, "uid": f"u{n}", "name": f"店{n}", "channel": shop.channel,
                "external_id": f"x{n}", "app": shop.app, "start_at": now,
                "created_at": now, "account": {}, "settings": {}, "pins": {},
            }
            for n in range(1000)
        ]  # fmt: skip
        connection.execute(ShopRow.__table__.insert(), many)  # type: ignore[attr-defined]
        streams = [
            {"shop_id": 100 + n, "name": name, "last_ok_at": now}
            for n in range(1000)
            for name in ("orders", "products", "after_sales", "redemptions", "places")
        ]
        connection.execute(StreamRow.__table__.insert(), streams)  # type: ignore[attr-defined]
    began = time.process_time()
    text = measured(made).text().decode()
    assert time.process_time() - began < 3
    assert text.count("channel_hub_stream_age_seconds{") == 5002
