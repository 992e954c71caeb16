"""Where a shop's main account is sent, and what its consent is.

Source: paper PDD §2 (the page of merchants; `*_at` are to be believed, of `*_in` a sample
holds an absolute time; owner_id is the shop's number); pdd.pop.auth.token.create.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import connectors.pinduoduo as pinduoduo
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Telling, Visit
from hub_core.wire import Credentials

from .pdd import Script

BACK = "https://hub.example.com/auth/callback"
GOLDEN = Path(__file__).parents[2] / "golden/pinduoduo/token_v1"
DAY = 86_400


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({}, "https://fuwu.pinduoduo.com/service-market/auth"),
        ({"consent_url": "https://mai.pinduoduo.com/h5-login.html"}, None),
    ],
)
def test_the_owner_is_sent_to_the_page_of_merchants(
    facts: dict[str, str], where: str | None
) -> None:
    app = Credentials("client-1", "sandbox-secret", options=facts)
    how = pinduoduo.hub_consents(Script([], facts=facts))
    address = how.page(Visit(state="s-1", redirect=BACK, scopes=("no",)), app)
    assert address.partition("?")[0] == (where or facts["consent_url"])
    assert dict(parse_qsl(urlsplit(address).query, strict_parsing=True)) == {
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": BACK,
        "state": "s-1",
    }


def redeemed(**more: Any) -> Consent:
    text = (GOLDEN / "create.levels_and_operations.wire.json").read_text("utf-8")
    body = json.loads(text)
    body["pop_auth_token_create_response"] |= more
    script = Script([body])
    found: Consent = pinduoduo.hub_consents(script).redeem("the-code", BACK)
    assert script.asked[0][1]["code"] == "the-code"
    assert pinduoduo.hub_consents(script).whose(found) == found
    return found


def test_a_consent_is_the_shops_with_levels_and_operations() -> None:
    found = redeemed()
    assert found == Consent(
        shop="900001",
        title="沙箱专营店",
        grant=Grant(
            access_token="golden-access-1", expires_in=DAY,
            refresh_token="golden-refresh-1", refresh_expires_in=30 * DAY,
            scopes={"read": DAY, "read_2": DAY, "write": DAY}, subject="900001",
        ),
        permissions=(
            Permission(name="read", words="读取（一级）：商品、订单等", seconds=DAY),
            Permission(name="read_2", words="读取（二级）：敏感数据", seconds=DAY),
            Permission(name="write", words="写入（一级）：发货、库存等", seconds=DAY),
            Permission(name="pdd.order.list.get", words="接口 pdd.order.list.get"),
            Permission(
                name="pdd.refund.list.increment.get",
                words="接口 pdd.refund.list.increment.get",
            ),
        ),
    )  # fmt: skip


def test_each_level_ends_by_itself() -> None:
    found = redeemed(w2_expires_at=1_795_147_200 + 60, r1_expires_at=None)
    assert found.grant is not None
    assert dict(found.grant.scopes) == {"read_2": DAY, "write": DAY, "write_2": 60}
    words = {one.name: (one.words, one.seconds) for one in found.permissions}
    assert words["write_2"] == ("写入（二级）：敏感操作", 60)
    assert "read" not in words


@pytest.mark.parametrize("scope", [None, "pdd.order.list.get", {}])
def test_operations_are_told_where_there_is_a_list(scope: Any) -> None:
    names = [one.name for one in redeemed(scope=scope).permissions]
    assert names == ["read", "read_2", "write"]


def test_nothing_is_pushed_of_it() -> None:
    how = pinduoduo.hub_consents(Script([]))
    assert (how.telling, how.event, how.apart) == (Telling.CODE, "", "")
    with pytest.raises(Misconfigured):
        how.told({})
