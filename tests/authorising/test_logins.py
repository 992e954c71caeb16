"""A shop is authorised by its own owner's consent, once, and by nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub_core.access import Audit
from hub_core.authorising import Authorising, End
from hub_core.errors import Misconfigured, Retryable
from hub_core.ports import Window
from hub_core.store import authorisations as logins
from hub_core.store.shops import Shop

from .conftest import Desk, Opening

CODES = ["taobao", "jd", "pinduoduo"]
TOLD = ["taobao", "jd"]
"""Pinduoduo's page sends the browser of an owner who says no nowhere."""
"""Channels whose boxes have the page, and whose token answers or shops tell whose."""


def reads(one: Desk, shop: Shop) -> bool:
    """Whether the platform answers with the shop's token."""
    source = one.hub.plugins.orders(shop.channel, one.hub.lines.open(shop))
    now = one.hub.clock.now()
    source.probe(source.streams[0], Window(now - timedelta(minutes=20), now))
    return True


@pytest.mark.parametrize("channel", CODES)
def test_an_owner_consents_and_the_shop_is_there_and_read(
    desk: Opening, channel: str
) -> None:
    one = desk(channel, added=False)
    outcome = one.login(one.ids[1])
    shop = one.shop(one.ids[1])
    assert (outcome.end, outcome.is_new, outcome.allowed != ()) == (End.DONE, True, True)
    assert shop is not None
    assert outcome.shop == shop.name
    assert one.token(one.ids[1]).state == "ok"
    assert reads(one, shop)
    assert one.shop(one.ids[0]) is None


@pytest.mark.parametrize("channel", CODES)
def test_a_shop_that_needs_it_is_authorised_again(desk: Opening, channel: str) -> None:
    one = desk(channel)
    shop = one.shop(one.ids[0])
    assert shop is not None
    tokens = one.hub.lines.tokens(shop)
    tokens._marked_stopped(tokens._load(), "its owner has withdrawn")
    assert one.token(one.ids[0]).state == "needs_reauth"
    outcome = one.login(one.ids[0], shop=shop.name)
    assert (outcome.end, outcome.is_new, outcome.shop) == (End.DONE, False, shop.name)
    assert one.token(one.ids[0]).state == "ok"
    assert reads(one, shop)


@pytest.mark.parametrize("channel", CODES)
def test_another_shops_owner_is_refused_and_the_good_token_stays(
    desk: Opening, channel: str
) -> None:
    one = desk(channel)
    first, second = (one.shop(id) for id in one.ids[:2])
    assert first is not None
    assert second is not None
    before = one.token(first.external_id)
    outcome = one.login(second.external_id, shop=first.name)
    assert (outcome.end, outcome.shop) == (End.ANOTHER_SHOP, first.name)
    assert one.token(first.external_id) == before
    assert reads(one, first)
    assert reads(one, second)


def test_a_stranger_who_consents_for_another_shop_is_not_let_in(desk: Opening) -> None:
    one = desk("taobao", added=False)
    one.login(one.ids[0])
    first = one.shop(one.ids[0])
    assert first is not None
    assert one.login(one.ids[1], shop=first.name).end is End.ANOTHER_SHOP
    assert one.shop(one.ids[1]) is None
    assert one.token(one.ids[1]) is None


@pytest.mark.parametrize("channel", TOLD)
def test_an_owner_who_says_no_is_told_so(desk: Opening, channel: str) -> None:
    one = desk(channel)
    sent, box = one.sent(), one.box
    where = box.refuse(sent.url)  # type: ignore[attr-defined]
    query = urlsplit(where).query
    assert one.came(query).end is End.DENIED
    assert one.came(query).end is End.STALE


# What no platform makes -------------------------------------------------------------------


def calls(one: Desk) -> int:
    return len(one.hub.journal(limit=1000))


def test_a_callback_is_good_once(desk: Opening) -> None:
    one = desk()
    query = one.consented(one.sent(), one.ids[0])
    assert one.came(query).end is End.DONE
    token, before = one.token(one.ids[0]), calls(one)
    assert one.came(query).end is End.STALE
    assert (one.token(one.ids[0]), calls(one)) == (token, before)


def test_a_state_is_of_one_channel_one_address_one_browser_and_ten_minutes(
    desk: Opening,
) -> None:
    one = desk()
    query = one.consented(one.sent(), one.ids[0])
    before = calls(one)
    strange = one.back.replace("hub.", "hub2.")
    assert one.came(query, channel="jd").end is End.STALE
    assert one.came(query, channel="nobody").end is End.STALE
    assert one.came(query, at=strange).end is End.STALE
    assert one.came(query, at=None).end is End.STALE
    assert calls(one) == before
    one.box.clock.advance(601)
    assert one.came(query).end is End.STALE
    assert calls(one) == before


def test_a_browser_that_did_not_open_the_link_ends_nothing(desk: Opening) -> None:
    one = desk()
    invited = one.door.invite("taobao", by="wang")
    (link,) = parse_qs(urlsplit(invited.url).query)["link"]
    sent = one.door.go("taobao", link)
    assert sent is not None
    query = one.consented(sent, one.ids[0])
    for browser in (None, "", "x" * 43):
        assert one.came(query, browser=browser).end is End.STALE
    assert one.came(query, browser=sent.browser).end is End.DONE


STATE = "A" * 43
ODD = {
    "nothing": "",
    "no state": "code=abc",
    "a short state": "code=abc&state=1",
    "a state twice": f"code=abc&state={STATE}&state={STATE}",
    "a code twice": f"code=abc&code=abd&state={STATE}",
    "huge": f"state={STATE}&code=" + "x" * 5000,
    "a long code": f"state={STATE}&code=" + "x" * 600,
    "many fields": "&".join(f"a{n}=1" for n in range(50)) + f"&state={STATE}",
    "a script": f"state={STATE}&code=%3Cscript%3E%0a",
    "no text": f"state={STATE}&code=%00%ff",
    "a script for a state": "state=%3Cscript%3Ealert(1)%3C/script%3E&code=a",
}


def test_an_odd_query_has_no_effect(desk: Opening) -> None:
    one = desk()
    assert {name: one.came(query).end for name, query in ODD.items()} == dict.fromkeys(
        ODD, End.ODD
    )
    assert one.came(f"code=abc&state={STATE}").end is End.STALE
    assert calls(one) == 0


def test_a_callback_without_a_code_leaves_the_login_open(desk: Opening) -> None:
    one = desk()
    query = one.consented(one.sent(), one.ids[0])
    (state,) = parse_qs(query)["state"]
    assert one.came(f"state={state}").end is End.ODD
    assert one.came(query).end is End.DONE


def test_a_code_the_platform_does_not_know_fails_and_changes_nothing(
    desk: Opening,
) -> None:
    one = desk()
    (state,) = parse_qs(one.consented(one.sent(), one.ids[0]))["state"]
    token = one.token(one.ids[0])
    outcome = one.came(f"code=made-up&state={state}")
    assert outcome.end is End.FAILED
    assert one.token(one.ids[0]) == token
    assert [entry.call for entry in one.hub.journal(limit=10)] == ["token.create"]


# Ends that come between -------------------------------------------------------------------


def test_what_was_granted_when_the_hub_ended_is_put_in_its_place(desk: Opening) -> None:
    one = desk(added=False)
    query = one.consented(one.sent(), one.ids[0])
    cut_off(one, query)
    assert one.shop(one.ids[0]) is None
    assert one.door.settle() == []
    one.box.clock.advance(120)
    assert [o.end for o in Authorising(one.hub).settle()] == [End.DONE]
    assert one.token(one.ids[0]).state == "ok"
    lives = one.token(one.ids[0]).expires_at - one.hub.clock.now()
    assert timedelta(days=364) < lives < timedelta(days=365) - timedelta(seconds=100)


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def cut_off(one: Desk, query: str) -> None:
    """The hub ends right before the shop is made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one.hub, "add_shop", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            one.came(query)


def test_a_shop_that_can_not_be_asked_whose_it_is_is_asked_again(
    desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk("jd", added=False)
    query = one.consented(one.sent(), one.ids[0])
    with monkeypatch.context() as patch:
        patch.setattr(one.door._placing, "_asked", _busy)
        assert one.came(query).end is End.WAITING
    assert one.shop(one.ids[0]) is None
    one.box.clock.advance(120)
    assert [o.end for o in one.door.settle()] == [End.DONE]
    assert one.token(one.ids[0]).owner == one.ids[0]


def _busy(*_: object) -> None:
    raise Retryable("the platform is busy")


def test_a_token_renewed_since_is_not_taken_back(
    desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk()
    query = one.consented(one.sent(), one.ids[0])
    with monkeypatch.context() as patch:
        patch.setattr(one.door._placing, "_done", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            one.came(query)
    one.box.clock.advance(120)
    shop = one.shop(one.ids[0])
    assert shop is not None
    tokens = one.hub.lines.tokens(shop)
    renewed = tokens.rejected(tokens.current().version)
    assert [o.end for o in one.door.settle()] == [End.DONE]
    assert one.token(one.ids[0]).access_token == renewed.access_token


def test_an_exchange_that_was_cut_off_is_told_of(
    desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk()
    query = one.consented(one.sent(), one.ids[0])
    with monkeypatch.context() as patch:
        patch.setattr(one.door, "_granted", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            one.came(query)
    one.box.clock.advance(1000)
    assert [(o.end, o.said) for o in one.door.settle()] == [(End.FAILED, "interrupted")]
    assert one.door.settle() == []


def test_a_login_nothing_can_be_made_of_keeps_no_other_back(
    desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk(added=False)
    with monkeypatch.context() as patch:
        patch.setattr(one.hub, "add_shop", _interrupt)
        for id in one.ids:
            with pytest.raises(KeyboardInterrupt):
                one.came(one.consented(one.sent(), id))
    well, broken = one.hub.add_shop, one.ids[1]

    def add_shop(*args: Any, **how: Any) -> Shop:
        if how["external_id"] == broken:
            raise KeyError("title")
        return well(*args, **how)

    monkeypatch.setattr(one.hub, "add_shop", add_shop)
    one.box.clock.advance(120)
    assert {o.end for o in one.door.settle()} == {End.WAITING, End.DONE}
    one.box.clock.advance(3600)
    assert [(o.end, o.said) for o in one.door.settle()] == [(End.FAILED, "internal")]
    assert one.door.settle() == []


def test_an_app_that_is_taken_out_keeps_no_other_login_back(desk: Opening) -> None:
    one = desk(added=False)
    query = one.consented(one.sent(), one.ids[0])
    cut_off(one, query)
    pushed = one.sent().id
    with one.hub.store.writing() as connection:
        gone = f"telling = 'push', app = 'gone' WHERE id = {pushed}"
        connection.exec_driver_sql(f"UPDATE authorisation SET {gone}")
    one.box.clock.advance(120)
    assert [o.end for o in one.door.settle()] == [End.DONE]


# What is kept, and what is not ------------------------------------------------------------


def test_secrets_are_kept_as_hashes_and_told_nowhere(desk: Opening) -> None:
    one = desk()
    invited = one.door.invite("taobao", by="wang")
    (link,) = parse_qs(urlsplit(invited.url).query)["link"]
    sent = one.door.go("taobao", link)
    assert sent is not None
    query = one.consented(sent, one.ids[0])
    said = [repr(invited), repr(sent), repr(one.came(query, browser=sent.browser))]
    said += [repr(x) for x in one.door.listing()]
    said += [repr(x) for x in one.hub.journal(limit=100)]
    said += [repr(e) for e in Audit.of(one.hub.store, one.hub.settings).newest()]
    with one.hub.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM authorisation").all()
        assert logins.consent(connection, invited.id, one.hub.store.vault) is None
    came, token = parse_qs(query), one.token(one.ids[0])
    secrets = [link, came["state"][0], came["code"][0], token.access_token]
    secrets += [token.refresh_token, sent.browser]
    told = "\n".join([*said, *map(repr, rows)])
    assert [place for place, text in enumerate(secrets) if text in told] == []


def test_each_step_is_in_the_audit_log(desk: Opening) -> None:
    one = desk()
    one.login(one.ids[0])
    one.came(urlsplit(one.box.refuse(one.sent().url)).query)  # type: ignore[attr-defined]
    audit = Audit.of(one.hub.store, one.hub.settings)
    assert [(e.actor, e.action) for e in reversed(audit.newest())] == [
        ("wang", "authorisation.begun"),
        ("wang", "shop.authorised"),
        ("wang", "authorisation.begun"),
        ("wang", "authorisation.refused"),
    ]
    assert audit.verify().fault is None


def test_wrong_beginnings_say_what_is_wrong(desk: Opening) -> None:
    one = desk()
    wrong = {
        "no plugin serves": {"channel": "nobody"},
        "no shop": {"shop": "nobody"},
        "has no app": {"app": "nobody"},
        "letters": {"name": " "},
        "come back to": {"redirect": "ftp://x/"},
    }
    for words, asked in wrong.items():
        how = {"channel": "taobao", "by": "w", "redirect": one.back, **asked}
        with pytest.raises(Misconfigured, match=words):
            one.door.begin(how.pop("channel"), **how)  # type: ignore[arg-type]
    assert one.door.listing() == []


def test_hub_consents_is_asked_of_the_channels_own_plugin(desk: Opening) -> None:
    one = desk()
    line = one.hub.lines.open(one.hub.shops()[0])
    assert one.hub.plugins.consents("taobao", line).telling == "code"
