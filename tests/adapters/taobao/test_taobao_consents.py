"""Where sellers are sent, and what their consent is.

Source: official auth page, article 102635, and paper §3 (the authorize page: response_type,
client_id, redirect_uri, state, view web, tmall or wap; levels R1, R2, W1, W2, each with its
own end; the seller's name url-encoded).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import connectors.taobao as taobao
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Telling, Visit
from hub_core.wire import Credentials

BACK = "https://hub.example.com/auth/callback"
GOLDEN = Path(__file__).parents[2] / "golden/taobao/token_v1"
YEAR = 31_536_000


def page(scripted: Any, facts: Mapping[str, str], *scopes: str) -> tuple[str, Any]:
    how = taobao.hub_consents(scripted(lambda form: {}, facts=facts))
    app = Credentials("12345678", "sandbox-secret", options=facts)
    address = how.page(Visit(state="s-1", redirect=BACK, scopes=scopes), app)
    query = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
    return address.partition("?")[0], query


def test_sellers_are_sent_to_taobaos_page(scripted: Any) -> None:
    address, query = page(scripted, {}, "no", "scopes")
    assert address == "https://oauth.taobao.com/authorize"
    assert query == {
        "response_type": "code",
        "client_id": "12345678",
        "redirect_uri": BACK,
        "state": "s-1",
        "view": "web",
    }
    there = {"consent_view": "tmall", "oauth_base_url": "https://oauth.tbsandbox.com"}
    address, query = page(scripted, there)
    assert (address, query["view"]) == ("https://oauth.tbsandbox.com/authorize", "tmall")


def redeemed(scripted: Any, **more: Any) -> tuple[Consent, dict[str, str]]:
    text = (GOLDEN / "create.a_seller_consented.wire.json").read_text("utf-8")
    session = scripted(lambda form: {**json.loads(text), **more})
    found = taobao.hub_consents(session).redeem("the-code", BACK)
    assert taobao.hub_consents(session).whose(found) == found
    (form,) = session.sent
    return found, form


def test_a_code_is_redeemed_with_where_it_was_sent_to(scripted: Any) -> None:
    _, form = redeemed(scripted)
    assert form["code"] == "the-code"
    assert (form["redirect_uri"], form["grant_type"]) == (BACK, "authorization_code")


def test_a_consent_is_the_sellers_with_four_levels(scripted: Any) -> None:
    found, _ = redeemed(scripted)
    levels = {"read": YEAR, "read_2": 259_200, "write": YEAR, "write_2": 1800}
    assert found == Consent(
        shop="263664001",
        title="沙箱旗舰店",
        grant=Grant(
            access_token="golden-access-1", expires_in=YEAR,
            refresh_token="golden-refresh-1", refresh_expires_in=YEAR, scopes=levels,
            subject="263664001",
        ),
        permissions=(
            Permission(name="read", words="读取（一级）：商品、订单等", seconds=YEAR),
            Permission(name="read_2", words="读取（二级）：敏感数据", seconds=259_200),
            Permission(name="write", words="写入（一级）：发货、库存等", seconds=YEAR),
            Permission(name="write_2", words="写入（二级）：敏感操作", seconds=1800),
        ),
        account={"nick": "沙箱旗舰店"},
    )  # fmt: skip


def test_a_level_that_is_not_told_is_not_allowed(scripted: Any) -> None:
    found, _ = redeemed(scripted, w1_expires_in=None, w2_expires_in=None)
    assert [one.name for one in found.permissions] == ["read", "read_2"]


@pytest.mark.parametrize("nick", [None, ""])
def test_a_seller_without_a_name_has_no_account_field(nick: Any, scripted: Any) -> None:
    found, _ = redeemed(scripted, taobao_user_nick=nick)
    assert dict(found.account) == {}


def test_nothing_is_pushed_of_it(scripted: Any) -> None:
    how = taobao.hub_consents(scripted(lambda form: {}))
    assert (how.telling, how.event, how.apart) == (Telling.CODE, "", "")
    with pytest.raises(Misconfigured):
        how.told({})
