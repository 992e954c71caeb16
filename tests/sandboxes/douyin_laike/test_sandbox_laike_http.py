"""The box over real HTTP, as any client of the platform would meet it."""

from __future__ import annotations

import httpx

from hub_core.sandbox import Clock
from hub_core.sandbox.server import running
from sandboxes.douyin_laike import create


def test_a_client_logs_in_and_reads_every_order_over_http() -> None:
    box = create(orders=45, clock=Clock(1_764_000_000.0))
    account = box.accounts()[0]
    app = {"client_key": account.app_key, "client_secret": account.app_secret}
    grant = {**app, "grant_type": "client_credential"}
    with running(box) as url, httpx.Client(base_url=url, trust_env=False) as http:
        token = http.post("/oauth/client_token/", json=grant).json()["data"]
        http.headers["access-token"] = token["access_token"]
        found = set()
        for number in (1, 2, 3):
            asked = {"account_id": account.external_id, "page_num": number, "page_size": 20}
            answer = http.get("/goodlife/v1/trade/order/query/", params=asked)
            found |= {row["order_id"] for row in answer.json()["data"]["orders"]}
    assert answer.headers["date"] == "Mon, 24 Nov 2025 16:00:00 GMT"
    assert found == {t.external_id for t in box.truth(account.external_id)}
