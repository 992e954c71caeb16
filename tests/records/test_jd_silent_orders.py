"""JD's orders that change in silence: found by their ids, and kept as what read them."""

from __future__ import annotations

from pathlib import Path

from sandboxes.jd.states import NOT_PAY, TO_SHIP
from tests.harness import Bench, bench

DAY = 86_400.0
STATES = (NOT_PAY, TO_SHIP)


def read_by(one: Bench) -> dict[str, str]:
    """Which version file each order was read by."""
    return {o.values["external_id"]: o.values["adapter"] for o in one.hub.each_order()}


def test_an_order_asked_for_again_is_kept_with_the_version_that_read_it(
    tmp_path: Path,
) -> None:
    with bench("jd", tmp_path, orders=40) as one:
        one.hub.sync()
        before = read_by(one)
        box, shop = one.platform, one.platform.accounts()[0].external_id
        silent = [r for r in box.book.records(shop) if r.latest.content["state"] in STATES]
        for record in silent:
            box.book.change(record, box.clock.now(), bump=False, person=4_321)
        box.clock.advance(DAY)
        one.hub.sync()

        after = read_by(one)
        assert {after[r.id] for r in silent} == {"orders_v2", "unpaid_v1"}
        assert [r.id for r in silent if after[r.id] != before[r.id]] == []
