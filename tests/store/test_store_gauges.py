"""Numbers, forgetting and what hangs together are one on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from hub_core.store import Store, gauges, retention, whole
from hub_core.store.shops import Shop
from hub_core.store.tables import AskRow, JournalRow, MessageRow, ParkedRow, StreamRow
from tests.store.making import at


def test_numbers_and_forgetting_are_one_on_both(store: Store, shop: Shop) -> None:
    now, hour = at(0), timedelta(hours=1)
    made: dict[Any, list[dict[str, Any]]] = {
        StreamRow: [
            {"shop_id": shop.id, "name": "orders", "last_ok_at": now - hour},
            {"shop_id": shop.id, "name": "command:stock"},
        ],
        JournalRow: [
            {
                "id": gauges.journal_id(now - hour * n), "at": now - hour * n,
                "channel": "jd", "call": "orders.list", "endpoint": "x", "attempt": 1,
                "outcome": "ok" if n % 2 else "Down",
            }
            for n in range(5)
        ],
        ParkedRow: [
            {
                "shop_id": shop.id, "stream": "orders", "record_key": str(n),
                "reason": "?", "sealed": b"", "first_seen_at": now, "last_seen_at": now,
                "resolved_at": now if n == 0 else None,
            }
            for n in range(3)
        ],
        MessageRow: [
            {
                "endpoint_id": 1, "seq": n, "message_id": str(n), "body": "{}",
                "made_at": now, "due_at": now, "dead_at": now if n == 0 else None,
            }
            for n in range(3)
        ],
        AskRow: [
            {
                "channel": "jd", "app": "a", "kind": "k", "key": str(n), "orders": "",
                "sealed": b"", "state": "open", "asked_at": now, "deadline_at": now,
            }
            for n in range(2)
        ],
    }  # fmt: skip
    with store.writing() as connection:
        for model, rows in made.items():
            for row in rows:
                connection.execute(insert(model).values(row))
    with store.reading() as connection:
        assert [row[1:5] for row in gauges.streams(connection)] == [
            (shop.channel, shop.name, "orders", now - hour)
        ]
        calls = gauges.calls(connection, now - 2 * hour)
        assert sorted(map(tuple, calls)) == [("jd", "Down", 2), ("jd", "ok", 1)]
        assert [row[2:] for row in gauges.parked(connection)] == [("orders", 2)]
        assert gauges.messages(connection) == (2, 1)
        assert list(map(tuple, gauges.asks(connection))) == [("jd", 2, now)]
        assert gauges.journal_since(connection) == now - 4 * hour
        assert gauges.size(connection) > 100_000
        assert gauges.commands(connection) == gauges.alarms(connection) == []
        assert list(whole.troubles(connection)) == []
        assert whole.held(connection).shops == 1
    with store.writing() as connection:
        assert retention.forget_calls(connection, now - 2 * hour, 1) == 1
        assert retention.forget_calls(connection, now - 2 * hour, 9) == 1
        assert retention.forget_incidents(connection, now, 9) == 0
    with store.reading() as connection:
        assert gauges.journal_since(connection) == now - 2 * hour
