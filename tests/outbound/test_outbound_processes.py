"""Several processes deliver from one database, and some of them are killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.outbound.erp import Office
from tests.store.making import an_order

ROOT = Path(__file__).parents[2]
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
    """One is killed with its first message sent, two go on at once: that one comes twice,
    with the same id and body, and every other once."""
    office.hands.write(*map(an_order, ORDERS))
    with worker(office, database, "killed") as killed:
        assert killed.wait(timeout=60) == -9
    assert office.erp.orders == ["A00"]

    with worker(office, database, "lives") as other:
        while office.one(office.uid).delivered < len(ORDERS):
            office.deliver_due()
            time.sleep(0.01)
        assert other.wait(timeout=60) == 0
    assert Counter(office.erp.orders) == Counter([*ORDERS, "A00"])
    assert len({(c.id, c.body) for c in office.erp.came}) == len(ORDERS)
