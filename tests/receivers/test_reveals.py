"""Receivers in clear, of every channel's box: asked for, counted, audited, not kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import connectors.jd as jd
from hub_core import Session, hookimpl
from hub_core.errors import Misconfigured
from hub_core.plugins import load
from hub_core.ports import (
    Purpose,
    Receivers,
    Revealed,
    SealedReceiver,
    Withheld,
    Withholding,
)
from hub_core.sandbox import Fault
from hub_core.sandbox.people import Person
from sandboxes.jd import receivers as jd_people
from sandboxes.jd.states import CANCELLED, NOT_PAY
from sandboxes.pinduoduo import receivers as pdd_people
from tests import databases
from tests.harness import NOON, Bench, bench

CHANNELS = ("taobao", "pinduoduo", "jd", "douyin-laike")
SEALED: dict[str, dict[str, Any]] = {"jd": {"privacy": "oaid"}}
"""Boxes that seal receivers, where that is not how they are anyway."""
OPENS = {
    "taobao": "decrypt",
    "pinduoduo": "decrypt",
    "jd": "receivers.decrypt",
    "douyin-laike": "crypto.open",
}
"""The boxes' names for the call that opens receivers."""
COST = {"taobao": 1, "pinduoduo": 3, "jd": 1, "douyin-laike": 1}
DAY = 86_400.0
HISTORY, BRIEFLY = timedelta(hours=2), timedelta(minutes=5)


class Counter:
    """A shop of a box, and what its platform knows of its orders."""

    def __init__(self, one: Bench) -> None:
        self.one, self.hub, self.box = one, one.hub, one.platform
        self.account = self.box.accounts()[0]
        self.shop = self.account.name
        self.hub.sync()

    def records(self, *, closed: bool = False) -> list[Any]:
        """Orders whose receiver can be had, or those that are closed."""
        found = self.box.book.records(self.account.external_id)
        return [r for r in found if self._is_there(r.latest.content, closed)]

    def _is_there(self, content: Any, closed: bool) -> bool:
        match self.box.channel:
            case "taobao":
                trade = content["trade"]
                shut = trade.status in ("TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO")
                return shut is closed
            case "jd":
                state = content["state"]
                return state != NOT_PAY and (state == CANCELLED) is closed
            case "pinduoduo":
                order = (content["status"], content["risk"])
                return (order == (1, 0)) is not closed
            case _:
                return True

    def person(self, record: Any) -> Person:
        """Whom the order goes to, as the box knows it."""
        content = record.latest.content
        match self.box.channel:
            case "taobao":
                found: Person = content["trade"].receiver
            case "jd":
                found = jd_people.person(content["person"])
            case "pinduoduo":
                found = pdd_people.person(content["person"])
            case _:
                found = content["sale"].buyer.person
        return found

    def reveal(self, record: Any, purpose: str = "shipping") -> Revealed | Withheld:
        how = {"purpose": purpose, "actor": "wang"}
        return self.hub.reveal_receiver(self.shop, record.id, **how)

    def withheld(self, record: Any, purpose: str = "shipping") -> Withheld:
        told = self.reveal(record, purpose)
        assert isinstance(told, Withheld)
        return told

    def revealed(self, record: Any) -> Revealed:
        told = self.reveal(record)
        assert isinstance(told, Revealed), told
        return told

    @property
    def audit(self) -> list[tuple[str, int]]:
        """(outcome, units), newest first."""
        rows = self.hub.reveals.audit(self.hub.shop(self.shop))
        return [(row.outcome, row.units) for row in rows]

    @property
    def calls(self) -> int:
        """How often the platform was asked to open anything."""
        opens = OPENS[self.box.channel]
        return len([e for e in self.box.log.entries if e.operation == opens])

    @property
    def used(self) -> int:
        return self.hub.reveals.spent(self.hub.shop(self.shop))[0].used


@contextmanager
def counter(channel: str, folder: Path, **how: Any) -> Iterator[Counter]:
    given = {"orders": 16, "history": HISTORY, "before": BRIEFLY, **SEALED.get(channel, {})}
    with bench(channel, folder, **given | how) as one:
        yield Counter(one)


@pytest.mark.parametrize("channel", CHANNELS)
def test_hub_receivers_reveals_whom_an_order_goes_to(channel: str, tmp_path: Path) -> None:
    with counter(channel, tmp_path) as desk:
        record = desk.records()[0]
        to, told = desk.person(record), desk.revealed(record)
        rows = desk.hub.reveals.audit()
    if channel == "douyin-laike":
        assert (told.phone, told.name) == (to.phone, None)
    else:
        assert told.name == to.name
        assert (told.address or "").endswith(to.address)
        assert (told.province, told.city) == (to.province, to.city or None)
    assert told.address_changed in (False, None)
    (row,) = rows
    assert (row.order, row.purpose, row.actor) == (record.id, "shipping", "wang")
    assert (row.outcome, row.units) == ("revealed", COST[channel])
    assert row.done_at is not None


def test_a_virtual_number_says_when_it_ends_and_is_parted(tmp_path: Path) -> None:
    facts = {"virtual_number_days": "3"}
    with counter("taobao", tmp_path, channel_settings={"facts": facts}) as desk:
        told = desk.revealed(desk.records()[0])
    assert told.is_virtual
    assert told.expires_at == datetime.fromtimestamp(NOON + 3 * DAY, UTC).replace(
        minute=told.expires_at.minute, second=told.expires_at.second
    )
    assert (told.phone or "").isdecimal()
    assert (told.extension or "").isdecimal()


@pytest.mark.parametrize(("form", "position"), [("joined", True), ("split", True)])
def test_a_virtual_number_of_pinduoduo_has_its_extension(
    form: str, position: bool, tmp_path: Path
) -> None:
    switches = {"virtual_numbers": form}
    with counter("pinduoduo", tmp_path, switches=switches) as desk:
        told = desk.revealed(desk.records()[0])
    assert told.is_virtual is position
    assert (told.phone or "").isdecimal()
    assert (told.extension or "").isdecimal()


def test_the_buyers_own_number_is_no_virtual_one(tmp_path: Path) -> None:
    with counter("jd", tmp_path, switches={"oaid_numbers": "own"}) as desk:
        record = desk.records()[0]
        told = desk.revealed(record)
        assert (told.phone, told.is_virtual) == (desk.person(record).phone, False)
        assert told.expires_at is None


@pytest.mark.parametrize("channel", ["taobao", "jd", "pinduoduo"])
def test_an_address_that_was_changed_is_revealed_as_it_is_now(
    channel: str, tmp_path: Path
) -> None:
    with counter(channel, tmp_path) as desk:
        record = desk.records()[0]
        before = desk.person(record)
        _move(desk, record)
        now, told = desk.person(record), desk.revealed(record)
    assert now.address != before.address
    assert (told.address or "").endswith(now.address)
    assert told.address_changed is True


def _move(desk: Counter, record: Any) -> None:
    """The buyer changes the address; the hub has not heard of it."""
    at = desk.box.clock.now()
    if desk.box.channel == "taobao":
        trade = record.latest.content["trade"]
        to = replace(trade.receiver, address="新街2号")
        desk.box.book.change(record, at, trade=trade._replace(receiver=to))
    else:
        desk.box.book.change(record, at, person=987_654)


# What is not revealed ---------------------------------------------------------------------


def test_ciphertext_that_is_empty_or_absent_is_nothing_to_reveal(tmp_path: Path) -> None:
    with counter("pinduoduo", tmp_path) as desk:
        told = desk.withheld(desk.records(closed=True)[0])
        assert told.reason is Withholding.NOTHING
        assert desk.audit == [("nothing_to_reveal", 0)]
    with counter("douyin-laike", tmp_path, switches={"phone_cipher": "empty"}) as desk:
        assert desk.withheld(desk.records()[0]).reason is Withholding.NOTHING
    with counter("douyin-laike", tmp_path, shape="2022") as desk:
        assert desk.withheld(desk.records()[0]).reason is Withholding.NOTHING


def test_ciphertext_the_hub_has_no_key_for_is_said_to_be_such(tmp_path: Path) -> None:
    with counter("jd", tmp_path, privacy="phase2") as desk:
        assert desk.withheld(desk.records()[0]).reason is Withholding.NO_WAY
        assert desk.used == 0


@pytest.mark.parametrize("iv", ["last", "first"])
def test_older_ciphertext_is_opened_by_the_apps_secret_without_a_call(
    iv: str, tmp_path: Path
) -> None:
    switches = {"phone_cipher": "local", "local_iv": iv}
    facts = {"facts": {"local_iv": iv}}
    with counter(
        "douyin-laike", tmp_path, switches=switches, channel_settings=facts
    ) as desk:
        record = desk.records()[0]
        assert desk.revealed(record).phone == desk.person(record).phone
        assert desk.audit == [("revealed", 0)]
        assert desk.calls == 0


def test_a_secret_that_does_not_open_it_says_so(tmp_path: Path) -> None:
    switches = {"phone_cipher": "local", "local_iv": "first"}
    with counter("douyin-laike", tmp_path, switches=switches) as desk:
        told = [desk.withheld(r) for r in desk.records()[:3]]
        assert {t.reason for t in told} == {Withholding.NO_WAY}


def test_a_receiver_that_came_in_clear_costs_nothing_and_is_audited(tmp_path: Path) -> None:
    pins = {"pins": {"orders": 1}}
    with counter("taobao", tmp_path, privacy="clear", channel_settings=pins) as desk:
        record = desk.records()[0]
        assert desk.revealed(record).name == desk.person(record).name
        assert desk.audit == [("revealed", 0)]


def test_closed_orders_are_told_of_to_nobody(tmp_path: Path) -> None:
    with counter("taobao", tmp_path, history=timedelta(days=5)) as desk:
        assert desk.withheld(desk.records(closed=True)[0]).reason is (
            Withholding.ORDER_CLOSED
        )
        assert desk.audit == [("order_closed", 1)]


def test_a_purpose_without_a_scene_is_not_asked_for(tmp_path: Path) -> None:
    with counter("taobao", tmp_path) as desk:
        told = desk.withheld(desk.records()[0], "invoice")
        assert told.reason is Withholding.NOT_PERMITTED
        assert (desk.audit, desk.used) == ([("not_permitted", 0)], 0)


def test_an_unknown_purpose_a_nameless_actor_and_a_strange_order_are_refused(
    tmp_path: Path,
) -> None:
    with counter("taobao", tmp_path) as desk:
        order = desk.records()[0].id
        for asked in (
            {"order": order, "purpose": "marketing", "actor": "wang"},
            {"order": order, "purpose": "shipping", "actor": " "},
            {"order": "1", "purpose": "shipping", "actor": "wang"},
        ):
            with pytest.raises(Misconfigured):
                desk.hub.reveal_receiver(desk.shop, **asked)
        assert desk.audit == []


def test_an_order_that_cannot_be_read_anew_is_not_asked_for(tmp_path: Path) -> None:
    with counter("taobao", tmp_path) as desk:
        record = desk.records()[0]
        desk.box.book.remove(record, desk.box.clock.now())
        told = desk.withheld(record)
        assert (told.reason, told.said) == (
            Withholding.NOT_SENT,
            "the order is not found, or can't be read",
        )
        assert (desk.calls, desk.audit) == (0, [("not_sent", 0)])


class Quoting:
    """JD's connector; its receivers stay shut, in words that name somebody."""

    hub_channel = staticmethod(jd.hub_channel)
    hub_authorisation = staticmethod(jd.hub_authorisation)
    hub_orders = staticmethod(jd.hub_orders)

    @hookimpl
    def hub_receivers(self, session: Session) -> Receivers:
        class Shut:
            most, same = 1, staticmethod(lambda one, other: None)
            cost = staticmethod(lambda sealed: 1)

            @staticmethod
            def reveal(
                sealed: Sequence[SealedReceiver], purpose: Purpose
            ) -> list[Withheld]:
                said = "收货人：王小明 13812345678 已注销"
                why = Withholding.REFUSED
                names = [one.order_external_id for one in sealed]
                return [
                    Withheld(order_external_id=name, reason=why, said=said)
                    for name in names
                ]

        return Shut()


def test_words_that_name_somebody_do_not_get_into_the_audit(tmp_path: Path) -> None:
    plugins = load(extra={"jd": Quoting()})
    with counter("jd", tmp_path, plugins=plugins) as desk:
        told = desk.withheld(desk.records()[0])
        (row,) = desk.hub.reveals.audit()
    assert told.said == row.said == "收货人：*** *** 已注销"


# Quotas ---------------------------------------------------------------------------------


def test_an_order_named_twice_is_asked_for_once(tmp_path: Path) -> None:
    with counter("taobao", tmp_path) as desk:
        name, shop = desk.records()[0].id, desk.hub.shop(desk.shop)
        uid = next(o.uid for o in desk.hub.each_order() if o.values["external_id"] == name)
        told = desk.hub.reveals.reveal(
            shop, [name, uid, name], purpose="shipping", actor="wang"
        )
        assert [type(one) for one in told] == [Revealed] * 3
        assert desk.audit == [("revealed", 1)]


def test_a_spent_day_is_refused_before_sending_and_begins_anew_in_beijing(
    tmp_path: Path,
) -> None:
    with counter("taobao", tmp_path, channel_settings={"reveals_per_day": 1}) as desk:
        first, second = desk.records()[:2]
        desk.revealed(first)
        sent = desk.calls
        assert desk.withheld(first).reason is Withholding.QUOTA_SPENT
        assert desk.calls == sent
        assert desk.audit == [("quota_spent", 0), ("revealed", 1)]
        desk.box.clock.advance(DAY / 2)
        desk.revealed(second)


SPENT: dict[str, dict[str, Any]] = {
    "taobao": {"decrypt_quota": 1},
    "jd": {"oaid_quota": 1},
    "douyin-laike": {"decrypts_per_day": 1},
}


@pytest.mark.parametrize("channel", SPENT)
def test_the_platforms_own_end_closes_the_day(channel: str, tmp_path: Path) -> None:
    with counter(channel, tmp_path, orders=30, **SPENT[channel]) as desk:
        first, second, third = desk.records()[:3]
        desk.revealed(first)
        assert desk.withheld(second).reason is Withholding.QUOTA_SPENT
        calls = desk.calls
        assert desk.withheld(third).reason is Withholding.QUOTA_SPENT
        assert desk.calls == calls
        assert desk.used == 1
        desk.box.clock.advance(DAY / 2)
        desk.revealed(second)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_lost_answer_is_not_asked_again_and_counts_as_spent(
    channel: str, tmp_path: Path
) -> None:
    with counter(channel, tmp_path) as desk:
        record = desk.records()[0]
        desk.box.faults.script.append(Fault("reset_after", OPENS[channel]))
        assert desk.withheld(record).reason is Withholding.UNKNOWN
        assert desk.audit == [("unknown", COST[channel])]
        assert desk.used == COST[channel]


def test_nobody_reveals_more_than_a_day_has(tmp_path: Path) -> None:
    with counter("taobao", tmp_path, channel_settings={"reveals_per_day": 5}) as desk:
        names = [record.id for record in desk.records()[:8]]
        shop = desk.hub.shop(desk.shop)
        told = desk.hub.reveals.reveal(shop, names, purpose="shipping", actor="wang")
        calls = desk.calls
    assert [t.order_external_id for t in told] == names
    assert [isinstance(t, Revealed) for t in told] == [True] * 5 + [False] * 3
    assert calls == 1


# Nothing is kept -------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_of_a_person_is_printed_logged_or_left(
    channel: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = databases.at(tmp_path / "hub.db")
    caplog.set_level(logging.DEBUG)
    with counter(channel, tmp_path, database=database) as desk:
        record = desk.records()[0]
        to, told = desk.person(record), desk.revealed(record)
        desk.box.faults.script.append(Fault("reset_after", OPENS[channel]))
        desk.withheld(record)
        journal = [str(entry) for entry in desk.hub.journal(limit=10_000)]
    secrets = [to.phone, told.phone, told.address, told.extension and told.phone]
    secrets += [to.name, to.address]
    dump = databases.dump(database)
    shown = [repr(told), str(told), f"{[told]}", caplog.text, dump, *journal]
    for secret in {s for s in secrets if s}:
        assert not [text for text in shown if secret in text], channel
