"""`hub orders`, `hub changes`, `hub journal`, `hub incidents`: looking at what is there."""

from __future__ import annotations

import pytest

from tests.cli.world import World

LAIKE, TAOBAO, JD = "沙箱商户1", "沙箱旗舰店1", "沙箱京东店317"


def test_orders_of_all_channels_stand_in_one_list(world: World) -> None:
    said = world.hub("orders", "list", "--limit", "500", "--json")

    assert said.code == 0
    assert {o["channel"] for o in said.json} == {"douyin-laike", "taobao", "jd"}
    assert all(isinstance(o["external_id"], str) for o in said.json)
    paid = [o["buyer_paid_amount"] for o in said.json]
    assert all(p is None or isinstance(p, int) for p in paid)
    assert any(p is None for p in paid)  # not told is not 0
    assert all(o["channel_created_at"].endswith("Z") for o in said.json)


def test_orders_come_newest_first_and_no_more_than_asked(world: World) -> None:
    said = world.hub("orders", "list", "--limit", "7", "--json").json

    times = [o["channel_created_at"] for o in said]
    assert len(times) == 7
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (("--shop", TAOBAO), "shop", TAOBAO),
        (("--channel", "jd"), "channel", "jd"),
        (("--status", "completed"), "order_status", "completed"),
    ],
)
def test_orders_can_be_narrowed(
    world: World, words: tuple[str, ...], field: str, value: str
) -> None:
    found = world.hub("orders", "list", *words, "--json").json

    assert found
    assert {o[field] for o in found} == {value}


def test_a_period_is_half_open_and_in_beijing_time(world: World) -> None:
    one = world.hub("orders", "list", "--limit", "1", "--json").json[0]
    at = one["channel_created_at"]
    ids = [
        {o["uid"] for o in world.hub("orders", "list", *words, "--json").json}
        for words in (("--since", at), ("--until", at))
    ]

    assert one["uid"] in ids[0]
    assert one["uid"] not in ids[1]


def test_the_table_shows_major_units_and_chinese_names_in_line(world: World) -> None:
    said = world.hub("orders", "list", "--shop", TAOBAO)
    lines = said.out.splitlines()

    assert lines[0].split()[:3] == ["channel", "shop", "order"]
    wide = len(TAOBAO.encode("gbk")) - len(TAOBAO)  # columns a terminal gives it beyond
    starts = {line.index("37253") + wide for line in lines[1:]}
    assert starts == {lines[0].index("order")}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--shop", "nobody"), LAIKE),
        (("--channel", "ebay"), "douyin-laike"),
        (("--company", "x"), "none"),
        (("--status", "lost"), "cancelled"),
        (("--since", "2026-13-01"), "2026-11-20"),
        (("--since", "2026-11-20", "--until", "2026-11-20"), "not before"),
        (("--limit", "0"), "1"),
        (("--colour", "red"), "No such option"),
    ],
)
def test_what_cannot_be_asked_is_wrong_use(
    world: World, words: tuple[str, ...], told: str
) -> None:
    said = world.hub("orders", "list", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_an_order_is_shown_whole_with_its_receiver_masked(world: World) -> None:
    order = world.hub("orders", "list", "--shop", TAOBAO, "--limit", "1", "--json").json[0]
    said = world.hub("orders", "show", order["external_id"], "--json").json
    told = world.hub("orders", "show", order["uid"])

    assert said["uid"] == order["uid"]
    assert said["lines"]
    assert "*" in said["receiver"]["name"]
    assert order["external_id"] in told.out
    assert "lines" in told.out
    assert "explain" not in said


@pytest.mark.parametrize("shop", [LAIKE, TAOBAO, JD])
def test_explain_leads_to_the_call_that_brought_it(world: World, shop: str) -> None:
    order = world.hub("orders", "list", "--shop", shop, "--limit", "1", "--json").json[0]
    said = world.hub("orders", "show", order["uid"], "--explain", "--json").json["explain"]
    entry = world.hub("journal", said["raw"][0]["journal_id"], "--json").json

    assert said["events"][0]["kind"] == "order.created"
    assert said["raw"][0]["shape"].startswith(("orders_v", "unpaid_v"))
    assert "body" not in said["raw"][0]
    assert [e["id"] for e in entry] == [c["id"] for c in said["calls"]]
    assert entry[0]["outcome"] == "ok"


def test_the_raw_payload_is_given_only_when_asked_for(world: World) -> None:
    order = world.hub("orders", "list", "--shop", JD, "--limit", "1", "--json").json[0]
    said = world.hub("orders", "show", order["uid"], "--raw", "--json").json

    assert said["explain"]["raw"][0]["body"]


def test_an_order_that_is_not_there_says_what_to_do(world: World) -> None:
    said = world.hub("orders", "show", "1", "--json")

    assert (said.code, said.out) == (2, "")
    assert "hub sync" in said.err


# The feed -------------------------------------------------------------------------------


def test_the_feed_is_followed_page_by_page_without_a_gap(world: World) -> None:
    last = world.hub("changes", "--now", "--json").json["position"]
    after, seen = 0, []
    while True:
        page = world.hub("changes", "--after", after, "--limit", "100", "--json").json
        seen += [c["seq"] for c in page["changes"]]
        after = page["next_after"]
        if not page["more"]:
            break

    assert seen == list(range(1, last + 1))


def test_at_the_end_of_the_feed_there_is_nothing_and_the_position_stays(
    world: World,
) -> None:
    last = int(world.hub("changes", "--now").out)
    said = world.hub("changes", "--after", last, "--json").json

    assert said == {"changes": [], "next_after": last, "more": False}


def test_a_position_from_another_database_is_refused(world: World) -> None:
    said = world.hub("changes", "--after", "999999")

    assert said.code == 2
    assert "hub export orders" in said.err


def test_orders_from_before_going_live_are_left_out(world: World) -> None:
    orders = world.hub("orders", "list", "--limit", "500", "--json").json
    cut = sorted(o["channel_created_at"] for o in orders)[len(orders) // 2]
    said = world.hub("changes", "--go-live", cut, "--limit", "1000", "--json").json

    newer = {o["uid"] for o in orders if o["channel_created_at"] >= cut}
    assert {c["uid"] for c in said["changes"]} == newer
    assert 0 < len(newer) < len(orders)


# What was asked -------------------------------------------------------------------------


def test_the_journal_tells_calls_newest_first(world: World) -> None:
    found = world.hub("journal", "--limit", "500", "--json").json

    assert found
    ids = [e["id"] for e in found]  # in the order the answers came
    assert ids == sorted(ids, reverse=True)
    assert {"id", "call", "outcome", "seconds", "http_status"} <= set(found[0])
    assert all(e["shop"] == JD for e in world.hub("journal", "--shop", JD, "--json").json)


def test_only_failures_are_listed_where_asked(world: World) -> None:
    assert all(
        e["outcome"] != "ok" for e in world.hub("journal", "--errors", "--json").json
    )


def test_no_token_or_secret_is_in_the_journal(world: World) -> None:
    said = world.hub("journal", "--limit", "10000", "--json").out

    for box in world.boxes.values():
        for account in box.accounts():
            for secret in (account.app_secret, account.access_token):
                assert not secret or secret not in said


@pytest.mark.parametrize(
    ("words", "told"), [(("journal", "5"), "hub journal"), (("journal", "--shop", "x"), JD)]
)
def test_a_journal_entry_that_is_not_there_is_wrong_use(
    world: World, words: tuple[str, ...], told: str
) -> None:
    said = world.hub(*words, "--json")

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_incidents_are_a_list(world: World) -> None:
    assert isinstance(world.hub("incidents", "--json").json, list)
