"""Where owners are sent, what is asked of them, and in what words they are shown it.

Source: page life.capacity.shop/auth_with_bind and paper §1.4 (address, query, the two
permissions that always go along, numbers that differ by solution, signature of the URL);
page dop/develop/sdk/web-app/web/permission and paper §1.3 (a person's page: client_key,
response_type, scope parted by commas, redirect_uri, state). B: all of §1.4's numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import connectors.douyin_laike as laike
from adapters.douyin_laike import user_token_v1
from hub_core.errors import Misconfigured
from hub_core.ports import Consent, Consents, Grant, Telling, Visit
from hub_core.wire import JSON, Credentials
from tests.adapters.douyin_laike.laike import NOON, Line, wire_of
from tests.adapters.douyin_laike.test_laike_sign import SECRET

KEY, STATE, BACK = "awsandbox0001", "state-1", "https://hub.example.com/auth/callback"
APP = Credentials(KEY, SECRET)
PROVIDER = {"consent_by": "provider", "consent_solution": "16"}
PERSON = {"consent_by": "person", "person_scopes": "user_info, enterprise.groupon"}


def consents(facts: Mapping[str, str]) -> Consents:
    found: Consents = laike.hub_consents(Line(lambda call, asked: {}, facts=facts))
    return found


def page(facts: Mapping[str, str], *scopes: str) -> tuple[str, dict[str, str]]:
    visit = Visit(state=STATE, redirect=BACK, scopes=scopes)
    address = consents(facts).page(visit, APP)
    parts = urlsplit(address)
    return address.partition("?")[0], dict(parse_qsl(parts.query, strict_parsing=True))


def test_a_provider_sends_merchants_to_the_platforms_page() -> None:
    address, query = page({**PROVIDER, "consent_permissions": "139, 141,1"})
    assert address == "https://auth.dylk.com/auth-isv/"
    sign = query.pop("sign")
    assert query == {
        "client_key": KEY,
        "timestamp": str(int(NOON.timestamp())),
        "solution_key": "16",
        "permission_keys": "1,16,139,141",
        "charset": "UTF-8",
        "extra": STATE,
    }
    text = "&".join([SECRET, *(f"{k}={v}" for k, v in sorted(query.items()))])
    assert sign == hashlib.sha256(text.encode()).hexdigest()


def test_what_a_visit_asks_for_goes_before_what_is_configured() -> None:
    facts = {**PROVIDER, "consent_permissions": "139"}
    assert page(facts, "155", "16")[1]["permission_keys"] == "1,16,155"
    assert page(PROVIDER)[1]["permission_keys"] == "1,16"
    elsewhere = {**PROVIDER, "consent_url": "https://example.com/x"}
    assert page(elsewhere)[0] == "https://example.com/x"


def test_a_person_consents_on_the_platforms_own_page() -> None:
    address, query = page(PERSON)
    assert address == "https://open.douyin.com/platform/oauth/connect/"
    assert query == {
        "client_key": KEY,
        "response_type": "code",
        "scope": "user_info,enterprise.groupon",
        "redirect_uri": BACK,
        "state": STATE,
    }
    assert page(PERSON, "user_info")[1]["scope"] == "user_info"
    elsewhere = {**PERSON, "person_url": "https://example.com/y"}
    assert page(elsewhere)[0] == "https://example.com/y"


@pytest.mark.parametrize(
    ("facts", "telling", "event", "apart"),
    [
        ({}, Telling.CODE, "", ""),
        ({"consent_by": "console"}, Telling.CODE, "", ""),
        (PROVIDER, Telling.PUSH, "life_saas_cooperate_auth_with_bind", ""),
        (PERSON, Telling.CODE, "", "person"),
    ],
)
def test_each_way_is_told_in_its_own(
    facts: Mapping[str, str], telling: Telling, event: str, apart: str
) -> None:
    found = consents(facts)
    assert (found.telling, found.event, found.apart) == (telling, event, apart)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "店铺管理"),
        ({"consent_by": "provider"}, "consent_solution"),
        ({"consent_by": "person"}, "person_scopes"),
        ({"consent_by": "fax"}, "consent_by"),
    ],
)
def test_without_what_a_page_takes_there_is_none(
    facts: Mapping[str, str], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        page(facts)


# What has been consented to ------------------------------------------------------------


def test_a_persons_token_tells_no_shop() -> None:
    line = Line(lambda call, asked: wire_of("user_token_v1", "create.a_person_consented"))
    line.facts = PERSON
    how = laike.hub_consents(line)
    found = how.redeem("the-code", BACK)
    (sent,) = line.asked
    assert sent[0] is user_token_v1.CREATE
    assert sent[1]["code"] == "the-code"
    assert found.grant == Grant(
        access_token="act.golden", expires_in=1_296_000, refresh_token="rft.golden",
        refresh_expires_in=2_592_000, subject="golden-open-id",
    )  # fmt: skip
    held = (found.shop, found.title, dict(found.account), found.state)
    assert held == (None, None, {}, None)
    assert how.whose(found) == found


def bound(**more: Any) -> Consent:
    content = {"account_id": 7000000000000000001, "solution_key": 16, **more}
    document = {"event": "life_saas_cooperate_auth_with_bind", "content": content}
    inner = {**document, "content": json.dumps(content)}
    found = consents(PROVIDER).told(document)
    assert consents(PROVIDER).told(inner) == found, "content is an object or JSON"
    return found


@pytest.mark.parametrize(
    "keys",
    [["1", "16", "139"], [1, 16, 139], "1,16,139", "[1, 16, 139]", '["1","16","139"]'],
)
def test_the_push_tells_the_merchant_and_what_is_allowed(keys: Any) -> None:
    found = bound(permission_keys=keys, extra=STATE)
    assert (found.shop, found.state) == ("7000000000000000001", STATE)
    assert (found.grant, found.title) == (None, None)
    assert [(p.name, p.words, p.seconds) for p in found.permissions] == [
        ("1", "门店管理", None),
        ("16", "商户授权", None),
        ("139", "团购核销", None),
    ]


SIXTEEN = {
    "1": "门店管理",
    "16": "商户授权",
    "139": "团购核销",
    "140": "核销对账",
    "141": "订单查询",
    "142": "三方码",
    "143": "商品发布",
    "144": "商品查询",
    "145": "KA 核销对账",
    "146": "同步品牌户",
    "147": "同步门店户",
    "153": "资质搜索",
    "155": "团购退款",
    "148": "权限 148",
}
"""Paper §1.4, in the words of solution 16; a number it has no words for stays one."""


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        ("16", SIXTEEN),
        ("1", {"1": "门店管理", "16": "商户授权", "12": "团购核销", "139": "权限 139"}),
        ("21", {"1": "门店管理", "16": "商户授权", "175": "团购核销", "12": "权限 12"}),
        (None, {"1": "门店管理", "16": "商户授权", "139": "权限 139"}),
    ],
)
def test_a_number_means_what_it_does_in_its_solution(
    solution: str | None, words: dict[str, str]
) -> None:
    found = bound(solution_key=solution, permission_keys=list(words))
    assert {p.name: p.words for p in found.permissions} == words


def test_what_is_allowed_and_asked_may_be_missing() -> None:
    found = bound(permission_keys=None)
    assert (found.permissions, found.state) == ((), None)
    assert bound(permission_keys="[]").permissions == ()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"event": "life_trade_order_notify", "content": {"account_id": "1"}},
        {"event": "life_saas_cooperate_auth_with_bind"},
        {"event": "life_saas_cooperate_auth_with_bind", "content": {}},
        {"event": "life_saas_cooperate_auth_with_bind", "content": {"account_id": ""}},
        {"event": "life_saas_cooperate_auth_with_bind", "content": "{"},
    ],
)
def test_what_names_no_merchant_tells_of_no_consent(document: JSON) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        consents(PROVIDER).told(document)


def test_scopes_of_persons_are_shown_in_words() -> None:
    body = wire_of("user_token_v1", "create.a_person_consented")
    body["data"]["scope"] = "user_info,enterprise.groupon,new.scope"
    line = Line(lambda call, asked: body)
    line.facts = PERSON
    found = laike.hub_consents(line).redeem("c", BACK)
    assert [(p.name, p.words) for p in found.permissions] == [
        ("user_info", "抖音昵称与头像"),
        ("enterprise.groupon", "企业号团购"),
        ("new.scope", "权限 new.scope"),
    ]
