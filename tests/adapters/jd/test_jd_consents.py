"""Where merchants are sent, and what their consent is.

Source: paper §2 (official page: open-oauth.jd.com/oauth2/to_login with app_key,
response_type, redirect_uri, state, scope=snsapi_base; the answer's open_id and uid name a
person); page of jingdong.vender.shop.query. C: how several scopes are parted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import connectors.jd as jd
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Grant, Permission, Telling, Visit
from hub_core.wire import Credentials

BACK = "https://hub.example.com/auth/callback"
GOLDEN = Path(__file__).parents[2] / "golden/jd"
ALL_OF_IT = "店铺基础授权：应用已获批的全部接口"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.wire.json").read_text("utf-8"))


def page(scripted: Any, facts: Mapping[str, str], *scopes: str) -> tuple[str, Any]:
    how = jd.hub_consents(scripted(lambda method, asked: {}, facts=facts))
    app = Credentials("AK0001", "sandbox-secret", options=facts)
    address = how.page(Visit(state="s-1", redirect=BACK, scopes=scopes), app)
    query = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
    return address.partition("?")[0], query


def test_merchants_are_sent_to_jds_page(scripted: Any) -> None:
    address, query = page(scripted, {})
    assert address == "https://open-oauth.jd.com/oauth2/to_login"
    assert query == {
        "app_key": "AK0001",
        "response_type": "code",
        "redirect_uri": BACK,
        "state": "s-1",
        "scope": "snsapi_base",
    }


def test_what_is_asked_for_goes_before_what_is_configured(scripted: Any) -> None:
    facts = {"consent_scope": "snsapi_more", "oauth_base_url": "https://example.com"}
    address, query = page(scripted, facts)
    assert (address, query["scope"]) == (
        "https://example.com/oauth2/to_login",
        "snsapi_more",
    )
    assert page(scripted, facts, "one", "two")[1]["scope"] == "one two"


def redeemed(scripted: Any, **more: Any) -> tuple[Any, Consent]:
    session = scripted(lambda *asked: {**golden("token_v1/create.of_a_code"), **more})
    return session, jd.hub_consents(session).redeem("the-code", BACK)


GRANT = Grant(
    access_token="golden-access-1", expires_in=86_399, refresh_token="golden-refresh-1"
)  # fmt: skip


def test_a_code_brings_a_token_of_nobodys_shop_yet(scripted: Any) -> None:
    session, found = redeemed(scripted)
    ((path, asked),) = session.sent
    assert path == "/oauth2/access_token"
    assert (asked["code"], asked["grant_type"]) == ("the-code", "authorization_code")
    allowed = Permission(name="snsapi_base", words=ALL_OF_IT)
    assert found == Consent(shop=None, grant=GRANT, permissions=(allowed,))


@pytest.mark.parametrize(
    "scope", ["snsapi_base,new", "snsapi_base new", "snsapi_base, new"]
)
def test_scopes_are_parted_by_commas_or_spaces(scope: str, scripted: Any) -> None:
    _, found = redeemed(scripted, scope=scope)
    named = [(one.name, one.words) for one in found.permissions]
    assert named == [("snsapi_base", ALL_OF_IT), ("new", "权限 new")]


@pytest.mark.parametrize("scope", [None, ""])
def test_a_scope_that_is_not_told_allows_nothing(scope: Any, scripted: Any) -> None:
    assert redeemed(scripted, scope=scope)[1].permissions == ()


def test_the_shop_itself_is_asked_whose_it_is(scripted: Any) -> None:
    session = scripted(lambda *asked: golden("shop_v1/own.of_the_tokens_merchant"))
    bare = Consent(shop=None, grant=GRANT, permissions=(Permission(name="a", words="b"),))
    found = jd.hub_consents(session).whose(bare)
    assert (found.shop, found.title) == ("10001", "沙箱旗舰店")
    assert found.permissions == bare.permissions
    assert found.grant == Grant(
        access_token="golden-access-1", expires_in=86_399,
        refresh_token="golden-refresh-1", subject="10001",
    )  # fmt: skip
    assert session.methods == ["jingdong.vender.shop.query"]
    none = jd.hub_consents(session).whose(Consent(shop=None))
    assert (none.shop, none.grant) == ("10001", None)


def test_nothing_is_pushed_of_it(scripted: Any) -> None:
    how = jd.hub_consents(scripted(lambda *asked: {}))
    assert (how.telling, how.event, how.apart) == (Telling.CODE, "", "")
    with pytest.raises(Misconfigured):
        how.told({})
