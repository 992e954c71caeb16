"""Changes reach an ERP, once where nothing goes wrong and at least once where it does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from hub_core.access import Audit
from hub_core.errors import Misconfigured, PositionLost
from hub_core.outbound import Outbound, retries
from hub_core.outbound.changes import message
from hub_core.store import Store
from hub_core.store.feed import Change
from hub_core.store.shops import add_shop, shop_named
from hub_core.store.tables import MessageRow
from tests.outbound.erp import ME, Came, Erp, Office, Reply, Watch, held_back
from tests.store.conftest import BOTH
from tests.store.making import KEY, Hands, a_shop, an_order, at, rows_of


@pytest.mark.parametrize("kind", BOTH, indirect=True)
def test_each_change_is_told_once_in_order_and_with_nobody_in_it(office: Office) -> None:
    office.orders("A1", "A2", "A3")
    office.hands.write(an_order("A1", 60, buyer_paid_amount=1300), seconds=60)

    assert office.deliver_due().delivered == 4
    assert office.deliver_due().delivered == 0
    told = [(c.json["type"], c.order) for c in office.erp.came]
    assert told[:3] == [("order.created", f"A{n}") for n in (1, 2, 3)]
    assert told[3] == ("order.changed", "A1")
    (change,) = office.hands.changes()[:1]
    assert office.erp.came[0].json == {
        "type": "order.created",
        "timestamp": "2026-11-20T04:00:00Z",
        "data": {
            "seq": change.seq, "at": "2026-11-20T04:00:00Z",
            "kind": "order.created", "shop": "flagship", "channel": "jd",
            "external_id": "A1", "uid": change.uid,
        },
    }  # fmt: skip
    assert office.one(office.uid).delivered == 4


def test_a_new_endpoint_starts_at_the_newest_change_or_where_it_is_told_to(
    office: Office,
) -> None:
    office.orders("A1", "A2")
    late = office.add(office.erp.url + "/late", actor=ME).endpoint
    early = office.add(office.erp.url + "/early", after=1, actor=ME).endpoint
    office.orders("A3")
    office.deliver_due()

    by_path = {path: [c.order for c in office.erp.came if c.path == path]
               for path in ("/hook", "/hook/late", "/hook/early")}  # fmt: skip
    assert by_path == {
        "/hook": ["A1", "A2", "A3"], "/hook/late": ["A3"], "/hook/early": ["A2", "A3"],
    }  # fmt: skip
    assert (late.position, early.position) == (2, 1)
    with pytest.raises(PositionLost, match="come to 3"):
        office.add(office.erp.url, after=4, actor=ME)


def test_an_endpoint_is_told_only_what_it_asked_for(office: Office) -> None:
    with office.store.writing() as connection:
        add_shop(
            connection, at=at(0), name="other", channel="jd", external_id="o1", app="main",
            start_at=at(-86_400), company="Two Ltd",
        )  # fmt: skip
    with office.store.reading() as connection:
        other = Hands(office.store, shop_named(connection, "other"))
    where = office.erp.url
    office.add(f"{where}/made", events=["order.created"], actor=ME)
    office.add(f"{where}/cases", events=["after_sale"], actor=ME)
    office.add(f"{where}/shop", shops=["flagship"], actor=ME)
    office.add(f"{where}/company", company="Two Ltd", events=["order"], actor=ME)
    office.orders("A1")
    office.hands.write(an_order("A1", 60, buyer_paid_amount=1300), seconds=60)
    other.write(an_order("B1"))
    office.deliver_due()

    told: dict[str, list[tuple[str, str]]] = {"/hook/cases": []}
    told |= {c.path: [] for c in office.erp.came}
    for one in office.erp.came:
        told[one.path].append((one.order, one.json["type"].partition(".")[2]))
    assert told.pop("/hook") == [("A1", "created"), ("A1", "changed"), ("B1", "created")]
    assert told == {
        "/hook/made": [("A1", "created"), ("B1", "created")],
        "/hook/cases": [],
        "/hook/shop": [("A1", "created"), ("A1", "changed")],
        "/hook/company": [("B1", "created")],
    }
    assert {one.position for one in office.all()} == {3}


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"events": ["orders"]}, "order, product"),
        ({"shops": ["nowhere"]}, "flagship"),
        ({"company": "Three Ltd"}, "no company"),
    ],
)
def test_names_there_are_none_of_are_refused(
    office: Office, what: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        office.add(office.erp.url, **what, actor=ME)  # type: ignore[arg-type]
    assert len(office.all()) == 1


def test_a_number_the_feed_gives_again_is_another_message() -> None:
    """A database that was put back to an older state: what an ERP has seen is not this."""
    one = Change(7, at(0), "order.created", "flagship", "jd", "A1", "u1")
    ids = [message(to, change)[1] for to, change in (
        ("ep_1", one), ("ep_1", replace(one)), ("ep_1", replace(one, at=at(1))),
        ("ep_1", replace(one, uid="u2")), ("ep_2", one),
    )]  # fmt: skip
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


# Retries --------------------------------------------------------------------------------


def test_a_message_that_is_refused_is_tried_for_a_day_and_then_dead(office: Office) -> None:
    office.erp.reply = lambda came: 400
    office.orders("A1")
    begun, tried = office.watch.at, []
    while office.deliver_due().failed:
        tried.append(office.watch.at - begun)
        office.watch.at = _due_at(office) - timedelta(seconds=1)
        assert office.deliver_due().failed == 0
        office.watch.turn(seconds=1)

    assert len(tried) == retries.ATTEMPTS == len(office.erp.came)
    parts = [
        (later - earlier).total_seconds() / plain
        for earlier, later, plain in zip(tried, tried[1:], retries.WAITS, strict=False)
    ]
    assert 1 <= min(parts) < max(parts) <= 1 + retries.JITTER
    assert tried[-1] > timedelta(days=1)
    assert (
        len({c.id for c in office.erp.came}) == len({c.body for c in office.erp.came}) == 1
    )
    stamps = [int(c.headers["webhook-timestamp"]) for c in office.erp.came]
    assert stamps == [int((begun + after).timestamp()) for after in tried]
    (dead,) = office.dead()
    assert (dead.type, dead.attempts, dead.said) == ("order.created", 11, "HTTP 400")
    ((kind, text),) = office.incidents()
    assert (kind, "given up after 11 attempts" in text) == ("endpoint", True)


def _due_at(office: Office) -> datetime:
    (row,) = rows_of(office.store, MessageRow)
    found: datetime = row.due_at
    return found


def test_dead_letters_are_sent_again_under_their_old_ids(office: Office) -> None:
    office.erp.reply = lambda came: 422 if came.order != "A3" else 200
    office.orders("A1", "A2", "A3")
    for _ in office.days_of_rounds(2, minutes=120):
        pass
    first, second = (d.message_id for d in reversed(office.dead(office.uid)))
    refused = {c.id for c in office.erp.came if c.order != "A3"}
    assert refused == {first, second}
    office.erp.reply = lambda came: 200
    office.erp.came.clear()

    with pytest.raises(Misconfigured, match="not all of these"):
        office.replay(office.uid, message_ids=[first, "msg_none"], actor=ME)
    assert office.replay(office.uid, message_ids=[first], actor=ME) == 1
    assert office.deliver_due().delivered == 1
    assert (
        office.replay(office.uid, since=office.watch.at + timedelta(hours=1), actor=ME) == 0
    )
    assert (
        office.replay(office.uid, since=office.watch.at - timedelta(days=1), actor=ME) == 1
    )
    assert office.deliver_due().delivered == 1
    assert [(c.id, c.order) for c in office.erp.came] == [(first, "A1"), (second, "A2")]
    assert office.dead() == []


def test_dead_letters_can_be_dropped_after_a_time(office: Office) -> None:
    office.erp.reply = lambda came: 422
    office.orders("A1")
    for _ in office.days_of_rounds(2, minutes=120):
        pass

    assert office.forget_dead(office.watch.at - timedelta(days=2)) == 0
    assert office.forget_dead(office.watch.at) == 1
    assert office.dead() == []


def test_what_is_refused_does_not_hold_up_what_comes_after(office: Office) -> None:
    office.erp.reply = lambda came: 400 if came.order == "A1" else 200
    office.orders("A1", "A2", "A3")

    done = office.deliver_due()
    assert (done.delivered, done.failed) == (2, 1)
    office.erp.reply = lambda came: 200
    assert office.round_after(seconds=10).delivered == 1
    assert office.erp.orders == ["A1", "A2", "A3", "A1"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_be_left_alone_is(office: Office, status: int) -> None:
    office.erp.reply = lambda came: (status, {"retry-after": "100"})
    office.orders("A1", "A2")
    office.deliver_due()
    office.erp.reply = lambda came: 200

    assert office.round_after(seconds=90).delivered == 0
    assert office.erp.orders == ["A1"]
    assert office.round_after(seconds=11).delivered == 2


def test_a_server_in_trouble_is_asked_with_one_message_a_minute(office: Office) -> None:
    office.erp.reply = lambda came: 500
    office.orders(*(f"A{n}" for n in range(30)))
    for _ in range(120):
        office.round_after(seconds=5)
    assert 10 <= len(office.erp.came) <= 14

    office.erp.reply = lambda came: 200
    office.erp.came.clear()
    office.round_after(seconds=60)
    office.round_after(seconds=1)
    assert sorted(set(office.erp.orders)) == sorted(f"A{n}" for n in range(30))
    assert len(office.erp.orders) == 30


def test_an_answer_is_no_success_for_being_there(office: Office) -> None:
    with Erp() as elsewhere:
        office.erp.reply = lambda came: (302, {"location": elsewhere.url})
        office.orders("A1")
        assert office.deliver_due().failed == 1

    assert elsewhere.came == []
    assert "redirect" in (office.one(office.uid).said or "")


# Off and on -----------------------------------------------------------------------------


def test_gone_turns_an_endpoint_off_at_once_and_on_goes_on_where_it_stood(
    office: Office,
) -> None:
    office.erp.reply = lambda came: 410
    office.orders("A1", "A2")

    assert office.deliver_due().off == 1
    found = office.one(office.uid)
    assert (found.state, found.since) == ("off", office.watch.at)
    assert "410" in (found.reason or "")
    ((kind, text),) = office.incidents()
    assert (kind, office.uid in text, "/hook" in text) == ("endpoint", True, False)
    office.orders("A3")
    office.round_after(days=30)
    assert office.erp.orders == ["A1"]

    office.erp.reply = lambda came: 200
    assert office.turn_on(office.uid, actor=ME).state == "active"
    office.deliver_due()
    assert office.erp.orders == ["A1", "A1", "A2", "A3"]


def test_days_of_nothing_but_failure_turn_it_off_and_lose_nothing(office: Office) -> None:
    office.erp.reply = lambda came: 500
    office.orders("A1", "A2")
    off = []
    for n, done in enumerate(office.days_of_rounds(6, minutes=120)):
        off.append(done.off)
        office.orders(*(["A3"] if n == 50 else []))

    assert sum(off) == 1
    assert 5 <= off.index(1) / 12 < 5.3
    assert "nothing but failures" in (office.one(office.uid).reason or "")
    assert ["turned off" in text for _, text in office.incidents()].count(True) == 1
    office.orders("A4")
    office.erp.reply = lambda came: 200
    office.erp.came.clear()
    office.turn_on(office.uid, actor=ME)
    office.replay(office.uid, actor=ME)
    office.deliver_due()
    assert office.erp.orders == ["A1", "A2", "A3", "A4"]


def test_failures_between_successes_turn_nothing_off(office: Office) -> None:
    office.erp.reply = lambda came: 200 if len(office.erp.came) % 3 == 0 else 500
    for n, _ in enumerate(office.days_of_rounds(8, minutes=360)):
        office.orders(f"A{n}")
    assert office.one(office.uid).state == "active"


def test_by_hand_it_is_off_until_it_is_on(office: Office) -> None:
    office.turn_off(office.uid, actor=ME)
    office.orders("A1")
    assert office.deliver_due().delivered == 0
    office.turn_on(office.uid, actor=ME)
    assert office.deliver_due().delivered == 1


def test_turned_off_while_a_message_is_on_its_way_it_goes_out_again_later(
    office: Office,
) -> None:
    def reply(came: Came) -> Reply:
        if len(office.erp.came) == 1:
            office.turn_off(office.uid, actor=ME)
        return 200

    office.erp.reply = reply
    office.orders("A1", "A2")
    office.deliver_due()
    assert office.erp.orders == ["A1"]
    office.turn_on(office.uid, actor=ME)
    office.deliver_due()
    assert office.erp.orders == ["A1", "A1", "A2"]
    assert len({c.id for c in office.erp.came}) == 2


def test_a_removed_endpoint_is_gone_with_all_that_waits(office: Office) -> None:
    office.erp.reply = lambda came: 400
    office.orders("A1")
    office.deliver_due()
    office.remove(office.uid, actor=ME)

    assert (office.all(), office.dead()) == ([], [])
    with pytest.raises(Misconfigured, match="no endpoint"):
        office.one(office.uid)


def test_what_is_done_to_endpoints_is_in_the_audit_log_without_a_secret(
    office: Office,
) -> None:
    made = office.rotate(office.uid, actor=ME)
    office.turn_off(office.uid, actor="somebody else")
    office.turn_off(office.uid, actor=ME)
    office.turn_on(office.uid, actor=ME)
    office.replay(office.uid, actor=ME)
    office.remove(office.uid, actor=ME)

    log = list(reversed(Audit(office.store, None).newest()))
    assert [(one.action, one.actor) for one in log] == [
        ("endpoint.added", ME), ("endpoint.secret_rotated", ME),
        ("endpoint.turned_off", "somebody else"), ("endpoint.turned_on", ME),
        ("endpoint.replayed", ME), ("endpoint.removed", ME),
    ]  # fmt: skip
    assert {one.of for one in log} == {f"endpoint {office.uid}"}
    assert made.secret not in str(log)
    assert office.first.secret not in str(log)


# Side by side ---------------------------------------------------------------------------


def test_a_slow_endpoint_holds_up_no_other(hands: Hands, erp: Erp, watch: Watch) -> None:
    with Erp() as quick, held_back(erp) as go:
        rules = erp.rules.model_copy(update={"ports": [erp.port, quick.port]})
        stop = Event()
        with Office(hands, erp, watch, rules=rules) as office:
            office.add(quick.url, actor=ME)
            office.orders("A1", "A2")
            running = Thread(target=office.run, args=(stop, 0.02))
            running.start()
            _until(lambda: len(quick.came) == 2)
            office.orders("A3")
            _until(lambda: len(quick.came) == 3)
            assert erp.orders == ["A1"]
            go.set()
            _until(lambda: office.all()[0].delivered == 3)
            stop.set()
            running.join(5)
            assert not running.is_alive()
        assert erp.orders == quick.orders == ["A1", "A2", "A3"]


def test_told_to_stop_it_waits_for_no_silent_endpoint(office: Office) -> None:
    stop = Event()
    with held_back(office.erp):
        office.orders("A1", "A2")
        running = Thread(target=office.run, args=(stop, 0.01, 0.1))
        running.start()
        _until(lambda: office.erp.came)
        stop.set()
        running.join(3)
        assert not running.is_alive()
    assert office.erp.orders == ["A1"]


def _until(holds: object, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("kind", BOTH, indirect=True)
def test_of_two_that_deliver_at_once_one_delivers_each_message(
    office: Office, database: str
) -> None:
    office.orders(*(f"A{n}" for n in range(40)))
    second = Store.open(database, KEY, office.watch.now)
    with Outbound(second, office.erp.rules) as other:
        both = [Thread(target=each.deliver_due) for each in (office, other) for _ in "12"]
        for one in both:
            one.start()
        for one in both:
            one.join()
        office.deliver_due()
    second.close()
    assert sorted(office.erp.orders) == sorted(f"A{n}" for n in range(40))


def test_more_than_one_turn_can_carry_is_taken_up_by_the_next(office: Office) -> None:
    office.hands.write(*(an_order(f"A{n:03}") for n in range(205)))

    assert office.deliver_due().delivered == 200
    assert office.deliver_due().delivered == 5
    assert office.erp.orders == [f"A{n:03}" for n in range(205)]


def test_nothing_to_do_writes_nothing(office: Office, database: str) -> None:
    office.orders("A1")
    office.deliver_due()
    before = _version(office)
    for _ in range(3):
        office.round_after(seconds=1)
    assert _version(office) == before


def _version(office: Office) -> tuple[str | None, int]:
    with office.store.reading() as connection:
        row = connection.exec_driver_sql("SELECT lease_holder, lease_epoch FROM endpoint")
        return tuple(row.one())


def test_shops_of_a_company_that_come_later_are_told_of(office: Office) -> None:
    a_shop(office.store, "plain")
    with office.store.writing() as connection:
        add_shop(
            connection, at=at(0), name="one", channel="jd", external_id="c1", app="main",
            start_at=at(0), company="One Ltd",
        )  # fmt: skip
    office.add(office.erp.url + "/company", company="One Ltd", actor=ME)
    with office.store.writing() as connection:
        add_shop(
            connection, at=at(0), name="two", channel="jd", external_id="c2", app="main",
            start_at=at(0), company="One Ltd",
        )  # fmt: skip
    with office.store.reading() as connection:
        Hands(office.store, shop_named(connection, "two")).write(an_order("C1"))
    office.deliver_due()
    assert ("/hook/company", "C1") in [(c.path, c.order) for c in office.erp.came]
