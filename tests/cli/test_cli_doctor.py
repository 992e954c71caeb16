"""`hub doctor`: its verdicts against boxes whose truth is known, and its own table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub_core.cli.doctor import visit
from hub_core.insight.doctor import Finding, Verdict, Visit
from hub_core.journal import MemoryJournal
from hub_core.sandbox import Fault, Faults
from tests.harness import Bench, bench

Facts = dict[str, Finding]


def visited(bench: Bench) -> Visit:
    """What a visit to the box's first shop shows."""
    shop = bench.hub.shop(bench.platform.accounts()[0].name)
    return visit(bench.hub, shop, MemoryJournal())


def measured(
    channel: str, folder: Path, switches: dict[str, str], stream: str = "orders", **how: Any
) -> Facts:
    """A stream's facts, measured on a box with those switches."""
    how.setdefault("orders", 60)
    churn = how.pop("churn", 0)
    per_call = how.pop("churn_per_call", 0)
    with bench(channel, folder, switches=switches, **how) as made:
        made.platform.churn(churn)
        made.platform.churn_per_call = per_call
        seen = visited(made)
    (found,) = [s for s in seen.streams if s.name == stream]
    assert found.error is None
    return {f.fact: f for f in found.findings}


def told(finding: Finding) -> tuple[str, str]:
    return finding.found, finding.verdict.value


# Sort order ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "found"),
    [
        ("create_desc", "created desc"),
        ("create_asc", "created asc"),
        ("update_desc", "modified desc"),
        ("update_asc", "modified asc"),
    ],
)
def test_an_undocumented_sort_order_is_measured(
    tmp_path: Path, position: str, found: str
) -> None:
    facts = measured("douyin-laike", tmp_path, {"sort": position})

    assert told(facts["sort order"]) == (found, "measured")


@pytest.mark.parametrize(
    ("channel", "found"), [("taobao", "modified desc"), ("jd", "modified asc")]
)
def test_a_documented_sort_order_is_confirmed(
    tmp_path: Path, channel: str, found: str
) -> None:
    facts = measured(channel, tmp_path, {})

    assert told(facts["sort order"]) == (found, "confirmed")


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_two_times_that_rise_together_are_not_told_apart(
    tmp_path: Path, direction: str
) -> None:
    facts = measured("jd", tmp_path, {"unpaid_sort": direction}, "unpaid")

    both = f"modified {direction} or created {direction}"
    assert told(facts["sort order"]) == (both, "could not tell")


# Ends of a window ----------------------------------------------------------------------

ENDS = [
    ("douyin-laike", {"window_ends": "inclusive"}, "inclusive", "inclusive"),
    ("douyin-laike", {"window_ends": "exclusive_end"}, "inclusive", "exclusive"),
    ("douyin-laike", {"window_ends": "exclusive_start"}, "exclusive", "inclusive"),
    *(
        (channel, {"window_start": start, "window_end": end}, start, end)
        for channel in ("taobao", "jd")
        for start in ("inclusive", "exclusive")
        for end in ("inclusive", "exclusive")
    ),
]


@pytest.mark.parametrize(("channel", "switches", "start", "end"), ENDS)
def test_ends_are_inclusive_or_not_as_the_box_has_it(
    tmp_path: Path, channel: str, switches: dict[str, str], start: str, end: str
) -> None:
    facts = measured(channel, tmp_path, switches)

    assert told(facts["window start"]) == (start, "confirmed")
    assert told(facts["window end"]) == (end, "confirmed")
    assert told(facts["time of the window"]) == ("modified", "measured")


@pytest.mark.parametrize("position", ["inclusive", "exclusive"])
def test_ends_of_a_second_list_are_measured_too(tmp_path: Path, position: str) -> None:
    switches = {"window_start": position, "window_end": position}
    facts = measured("jd", tmp_path, switches, "unpaid")

    assert facts["window start"].found == facts["window end"].found == position


# Totals --------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_a_total_that_counts_rows_is_confirmed(tmp_path: Path, channel: str) -> None:
    facts = measured(channel, tmp_path, {}, orders=240)

    assert told(facts["total"]) == ("exact", "confirmed")


@pytest.mark.parametrize(
    ("channel", "how"),
    [
        ("douyin-laike", {"rows_cap": 100}),
        ("taobao", {"total_cap": 100}),
        ("jd", {"rows_cap": 100}),
    ],
)
def test_a_total_that_stops_counting_is_refuted(
    tmp_path: Path, channel: str, how: dict[str, Any]
) -> None:
    facts = measured(channel, tmp_path, {"total": "capped"}, orders=240, **how)

    assert told(facts["total"]) == ("capped", "refuted")


@pytest.mark.parametrize(
    ("channel", "how"),
    [
        ("douyin-laike", {"churn": 6}),
        ("taobao", {"churn": 6}),
        ("jd", {"churn_per_call": 4}),
    ],
)
def test_a_total_that_is_not_of_this_moment_is_refuted(
    tmp_path: Path, channel: str, how: dict[str, Any]
) -> None:
    facts = measured(channel, tmp_path, {"total": "lagging"}, **how)

    assert told(facts["total"]) == ("lagging", "refuted")


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_a_total_is_not_blamed_for_rows_that_move(tmp_path: Path, channel: str) -> None:
    facts = measured(channel, tmp_path, {}, churn_per_call=4, orders=240)

    assert facts["total"].verdict is not Verdict.REFUTED


# Rows of one second, ids, pages --------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "position", "found"),
    [
        ("douyin-laike", "by_id", "stable"),
        ("douyin-laike", "unstable", "unstable"),
        ("taobao", "stable", "stable"),
        ("taobao", "unstable", "unstable"),
        ("jd", "by_id", "stable"),
        ("jd", "by_id_desc", "stable"),
        ("jd", "unstable", "unstable"),
    ],
)
def test_rows_of_one_second_keep_their_places_or_not(
    tmp_path: Path, channel: str, position: str, found: str
) -> None:
    facts = measured(channel, tmp_path, {"ties": position}, same_second=20)

    assert told(facts["order within a second"]) == (found, "measured")


@pytest.mark.parametrize(
    ("channel", "switches", "found"),
    [
        ("jd", {"order_id": "text"}, "orderId: text"),
        ("jd", {"order_id": "number"}, "orderId: number"),
        ("taobao", {"ids": "number"}, "tid: number"),
        ("taobao", {"ids": "string"}, "tid: text"),
        ("douyin-laike", {"i64": "strings"}, "order_id: text"),
        ("douyin-laike", {"i64": "numbers"}, "order_id: number"),
    ],
)
def test_ids_are_of_the_boxs_type(
    tmp_path: Path, channel: str, switches: dict[str, str], found: str
) -> None:
    facts = measured(channel, tmp_path, switches)

    assert found in facts["id types"].found.split(", ")


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_pages_that_share_no_row_are_confirmed(tmp_path: Path, channel: str) -> None:
    facts = measured(channel, tmp_path, {}, orders=240)

    assert facts["pages of one window"].verdict is Verdict.CONFIRMED
    assert told(facts["page size"]) == ("100", "confirmed")


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_pages_that_repeat_or_miss_rows_are_refuted(tmp_path: Path, channel: str) -> None:
    """Rows of one second that change places between calls stand on two pages or none."""
    facts = measured(channel, tmp_path, {"ties": "unstable"}, orders=60, same_second=50)

    assert facts["pages of one window"].verdict is Verdict.REFUTED


def test_a_page_size_that_is_refused_is_refuted_and_the_rest_still_measured(
    tmp_path: Path,
) -> None:
    facts = measured("jd", tmp_path, {}, orders=240, page_size_max=50)

    assert told(facts["page size"]) == ("50 is answered", "refuted")
    assert told(facts["sort order"]) == ("modified asc", "confirmed")


# The line ------------------------------------------------------------------------------


def checks(seen: Visit) -> dict[str, tuple[str, str]]:
    return {c.name: (c.state.value, c.said) for c in seen.checks}


def test_a_visit_tells_clock_signature_and_token(tmp_path: Path) -> None:
    with bench("taobao", tmp_path, skew=95.0, read_life=7 * 86400.0) as made:
        found = checks(visited(made))

    state, said = found["clock"]
    assert (state, said[:6]) == ("warn", "ours i")
    assert "+9" in said
    assert found["signature"] == ("ok", "accepted")
    assert found["token"][0] == "ok"
    assert "365 d left, can be refreshed" in found["token"][1]


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao"])
def test_an_address_that_is_not_allowed_is_said_to_be(tmp_path: Path, channel: str) -> None:
    with bench(channel, tmp_path, allowed_ips=("203.0.113.9",)) as made:
        seen = visited(made)

    assert checks(seen)["egress address"][0] == "fail"
    assert not seen.sound


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_a_wrong_secret_is_told_and_never_printed(tmp_path: Path, channel: str) -> None:
    with bench(channel, tmp_path) as made:
        app = made.platform.accounts()[0].app_key
        (tmp_path / f"secret-{app}").write_text("canary-secret-20261120")
        seen = visited(made)

    assert {checks(seen)[name][0] for name in ("signature", "token")} & {"fail"}
    assert "canary-secret" not in repr(seen)


def test_a_token_the_platform_refuses_is_told(tmp_path: Path) -> None:
    with bench("taobao", tmp_path, refreshable=False) as made:
        platform: Any = made.platform
        platform.revoke(made.platform.accounts()[0].external_id)
        found = checks(visited(made))

    assert found["token"][0] == "fail"


def test_a_platform_that_does_not_answer_fails_the_visit(tmp_path: Path) -> None:
    down = Faults([Fault("reset")])
    with bench("jd", tmp_path, faults=down) as made:
        seen = visited(made)

    assert checks(seen)["platform"][0] == "fail"
    assert not seen.sound


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_a_visit_only_reads_and_stays_within_its_calls(
    tmp_path: Path, channel: str
) -> None:
    with bench(channel, tmp_path, orders=240) as made:
        before = [made.platform.truth(a.external_id) for a in made.platform.accounts()]
        seen = visited(made)
        after = [made.platform.truth(a.external_id) for a in made.platform.accounts()]
        asked = {e.operation for e in made.platform.log.entries}

    assert after == before
    assert asked <= {"token", "orders.count", "orders.list", "orders.get"} | {
        "unpaid.list",
        "unpaid.get",
    }
    assert all(0 < s.calls <= 16 for s in seen.streams)


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_what_was_answered_is_a_candidate_for_live_verified(
    tmp_path: Path, channel: str
) -> None:
    with bench(channel, tmp_path) as made:
        seen = visited(made)
        known = {(o.name, o.shape) for o in made.hub.plugins.operations(channel)}

    found = {(o.name, o.shape) for o in seen.operations}
    assert found <= known
    assert {name for name, _ in found} >= {"orders.list", "orders.get"}


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_an_empty_shop_is_no_failure(tmp_path: Path, channel: str) -> None:
    with bench(channel, tmp_path, orders=0) as made:
        seen = visited(made)

    assert seen.sound
    assert all(s.error is None for s in seen.streams)


@pytest.mark.parametrize("channel", ["douyin-laike", "taobao", "jd"])
def test_no_buyer_and_no_id_is_in_what_a_visit_shows(tmp_path: Path, channel: str) -> None:
    with bench(channel, tmp_path) as made:
        seen = visited(made)
        account = made.platform.accounts()[0]
        ids = [t.external_id for t in made.platform.truth(account.external_id)]

    shown = repr(seen)
    assert [id for id in ids if id in shown] == []
    assert account.access_token is None or account.access_token not in shown
