"""Several processes deliver from one database, and some of them are killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.outbound.erp import Office
from tests.store.making import an_order

ROOT = Path(__file__).parents[2]
OTHERS = int(os.environ.get("CHANNEL_HUB_OUTBOUND_WORKERS", "0"))
"""Processes that deliver beside this one; 2 in the full run."""
ORDERS = [f"A{n:02}" for n in range(20)]


@contextmanager
def worker(office: Office, database: str, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process at work, from when it is about to begin."""
    words = [database, str(office.erp.port), how]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.outbound.workers", *words],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_killed_between_send_and_record_it_goes_out_again_under_its_id(
    office: Office, database: str
) -> None:
    """One is killed with its first message sent, others go on at once: that message comes
    twice, with the same id and body, and every other once."""
    office.hands.write(*map(an_order, ORDERS))
    with worker(office, database, "killed") as killed:
        assert killed.wait(timeout=60) == -9
    assert office.erp.orders == ["A00"]

    with ExitStack() as stack:
        others = [
            stack.enter_context(worker(office, database, "lives")) for _ in range(OTHERS)
        ]
        end = time.monotonic() + 30
        while office.one(office.uid).delivered < len(ORDERS):
            assert time.monotonic() < end
            office.round_after(seconds=1)
            time.sleep(0.01)
        assert [one.wait(timeout=60) for one in others] == [0] * OTHERS
    assert Counter(office.erp.orders) == Counter([*ORDERS, "A00"])
    assert len({(c.id, c.body) for c in office.erp.came}) == len(ORDERS)
