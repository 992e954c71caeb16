"""抖音来客 has three ways: a push tells of a merchant, a code brings a person's token, and
an app made for oneself is bound in the console."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from hub_core.authorising import End
from hub_core.errors import Misconfigured
from hub_core.inbound import Inbound
from hub_core.sandbox import Request, Response

from .conftest import Desk, Opening

LAIKE = "douyin-laike"
PROVIDER = {
    "consent_by": "provider",
    "consent_solution": "16",
    "consent_permissions": "139,141",
}


def laike(desk: Opening, facts: dict[str, str], **how: Any) -> Desk:
    return desk(LAIKE, channel_settings={"facts": facts}, pushes=True, **how)


def deliver(one: Desk) -> None:
    """What the box has to push arrives at the hub's door."""
    inbound, box = Inbound(one.hub), one.box

    def post(request: Request) -> Response:
        answer = inbound.receive(LAIKE, request.headers, request.body)
        return Response(answer.status, answer.body, answer.headers)

    box.clock.advance(5)
    box.pushes.deliver(post)  # type: ignore[attr-defined]
    inbound.close()


def test_a_merchant_lets_a_provider_in_and_the_push_makes_the_shop(desk: Opening) -> None:
    one = laike(desk, PROVIDER, added=False)
    sent, box = one.sent(), one.box
    assert sent.telling == "push"
    assert box.consent(sent.url, one.ids[0]) == ""  # type: ignore[attr-defined]
    assert one.door.settle() == []
    deliver(one)
    (outcome,) = one.door.settle()
    assert (outcome.end, outcome.is_new) == (End.DONE, True)
    words = [permission.words for permission in outcome.allowed]
    assert words == ["门店管理", "商户授权", "团购核销", "订单查询"]
    assert one.shop(one.ids[0]) is not None
    assert one.door.settle() == []


def test_a_push_of_a_page_that_is_too_old_lets_nobody_in(desk: Opening) -> None:
    one = laike(desk, PROVIDER, added=False)
    box: Any = one.box
    box.consent(one.sent().url, one.ids[0])
    box.clock.advance(25 * 3600)
    deliver(one)
    assert one.door.settle() == []
    assert one.hub.shops() == []


def test_another_merchants_push_ends_no_login_of_a_shop(desk: Opening) -> None:
    one = laike(desk, PROVIDER)
    first = one.shop(one.ids[0])
    assert first is not None
    sent, box = one.sent(shop=first.name), one.box
    box.consent(sent.url, one.ids[1])  # type: ignore[attr-defined]
    deliver(one)
    assert [o.end for o in one.door.settle()] == [End.ANOTHER_SHOP]


def test_a_push_of_no_login_of_ours_ends_none(desk: Opening) -> None:
    one = laike(desk, PROVIDER, added=False)
    one.sent()
    strange = one.sent()
    box: Any = one.box
    with one.hub.store.writing() as connection:
        step = text("UPDATE authorisation SET state_hash = :none WHERE id = :id")
        connection.execute(step, {"none": b"\0", "id": strange.id})
    box.consent(strange.url, one.ids[0])
    deliver(one)
    assert one.door.settle() == []
    assert one.hub.shops() == []


def test_a_persons_token_is_kept_beside_the_shops_own(desk: Opening) -> None:
    one = laike(desk, {"consent_by": "person", "person_scopes": "user_info"})
    shop = one.shop(one.ids[0])
    assert shop is not None
    with pytest.raises(Misconfigured, match="name the shop"):
        one.sent()
    outcome = one.login(one.ids[0], shop=shop.name)
    assert (outcome.end, outcome.allowed[0].words) == (End.DONE, "抖音昵称与头像")
    kept = one.token(f"{shop.external_id}/person")
    assert kept.access_token.startswith("act.")
    assert one.token(shop.external_id) is None
    assert one.login(one.ids[1], shop=shop.name).end is End.ANOTHER_SHOP
    assert one.token(f"{shop.external_id}/person") == kept


def test_an_app_made_for_oneself_is_bound_in_the_console(desk: Opening) -> None:
    one = laike(desk, {})
    with pytest.raises(Misconfigured, match="店铺管理"):
        one.sent()
    assert urlsplit(one.back).path == "/auth/douyin-laike/callback"
