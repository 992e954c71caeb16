"""The Taobao box over HTTP, as a stranger's client meets it."""

from __future__ import annotations

from typing import Any

import httpx

from hub_core.sandbox.server import running
from sandboxes.taobao.times import text

LIST = "taobao.trades.sold.increment.get"


def test_a_client_reads_orders_over_http(open_box: Any) -> None:
    caller = open_box()
    now = caller.now()
    window = {"start_modified": text(now - 86_400), "end_modified": text(now)}
    sent = caller.params(LIST, fields="tid,receiver_name", sign_method="hmac", **window)
    with running(caller.box) as url, httpx.Client(base_url=url) as client:
        answer = client.post("/router/rest", data=sent)
        query = client.get("/router/rest", params=sent)
        truth = client.get("/_sandbox/truth").json()
    rows = answer.json()["trades_sold_increment_get_response"]["trades"]["trade"]
    assert answer.status_code == query.status_code == 200
    assert answer.headers["date"] == "Fri, 20 Nov 2026 04:00:00 GMT"
    orders = truth["orders"][caller.account.external_id]
    assert {str(r["tid"]) for r in rows} <= {o["external_id"] for o in orders}
    assert len(truth["served"]) == len(rows)
