"""A day in the shop's life: everything changes while it is read, and nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from channel_hub_own_shop.box import create

from hub_core.sandbox import Clock

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
OTHER_KINDS = [
    # The box's word, the hub's, and the column of the shop's own word for its state.
    ("product", "products", "listing_status_raw"),
    ("after_sale", "after_sales", "status_raw"),
]


@pytest.mark.parametrize("seed", range(2))  # raise it once they pass
def test_nothing_is_lost_while_the_shop_goes_on(seed, hub_over):
    """Things happen between any two calls; then they stop, and the settle lag passes."""
    box = create(
        seed=seed,
        clock=Clock(NOON.timestamp()),
        history=timedelta(days=1),
        latency=0.2,
        switches={"ties": ("by_id", "any_order")[seed % 2]},
    )
    with hub_over(box) as hub:
        box.churn_per_call, box.churn_left = 3, 60
        hub.sync()
        box.churn_per_call = 0
        box.churn(20)
        box.clock.advance(3600)
        for read in (hub.sync, hub.heal):
            assert [o.error for o in read() if o.error] == []

        rows = [stored.values for stored in hub.each_order()]
        assert len(rows) == len(box.truth("shop"))
        assert had(rows, "status_raw", "buyer_paid_amount") == {
            t.external_id: (t.status, t.paid) for t in box.truth("shop")
        }
        for kind, plural, word in OTHER_KINDS:
            rows = [stored.values for stored in hub.records(plural, limit=1000)]
            truth = box.records("shop", kind)
            assert had(rows, word) == {t.external_id: (t.facts[word],) for t in truth}
        assert all(stream.complete for stream in hub.coverage())


def had(rows, *columns):
    return {row["external_id"]: tuple(row[c] for c in columns) for row in rows}
