"""Processes to be killed: `python -m tests.kill.life`, one life for each line it is given.

It has imported everything and forks for each life, so that a life begins with its first
call and not with a second of Python starting. A life syncs for ever.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import sys
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub_core.client import Line
from hub_core.hub import Hub
from hub_core.pull import Listed, Pull
from hub_core.store.journal import JournalBuffer
from hub_core.store.shops import Shop
from hub_core.store.streams import Lease, Proof
from hub_core.sync.counts import Counts
from hub_core.sync.ledger import Batch, Ledger
from tests.harness import PLUGINS
from tests.scenarios.served import KEY, Hurried

WRITE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
LEDGER = frozenset(
    {"orders", "order_line", "voucher", "delivery", "party", "raw", "parked", "feed"}
    | {"feed_counter", "coverage", "stream", "journal"}
)
"""Tables a commit of rows, proof and cursor writes."""


class CursorFirst(Ledger):
    """The wrong order: proof and cursor in one transaction, their rows in the next."""

    def commit(
        self, batch: Batch, *, proof: Proof | None = None, cursor: datetime | None = None
    ) -> None:
        if proof is not None:
            super().commit(Batch(), proof=proof, cursor=cursor)
        super().commit(batch)


class CursorFirstPull(Pull):
    def _ledger(
        self,
        shop: Shop,
        line: Line,
        listed: Listed,
        lease: Lease,
        buffer: JournalBuffer,
        counts: Counts,
    ) -> Ledger:
        right = super()._ledger(shop, line, listed, lease, buffer, counts)
        given = [f.name for f in fields(right) if f.init]
        return CursorFirst(**{name: getattr(right, name) for name in given})


def live(asked: dict[str, Any]) -> None:
    """Open the hub as any process does and keep syncing until killed."""
    with Hub.open(
        asked["config"], database=asked["database"], key=KEY, plugins=PLUGINS,
        clock=Hurried(),
    ) as hub:  # fmt: skip
        if asked.get("ledger") == "cursor first":
            hub.pull = CursorFirstPull(
                hub.settings, hub.store, hub.plugins, hub.lines, hub.clock.now
            )
        if asked.get("statement"):
            _die_at(hub, asked["statement"], Path(asked["note"]))
        while _is_there(asked["for"]):
            hub.sync()


def _is_there(pid: int) -> bool:
    """Whether the test still runs: nobody else would end a life it left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _die_at(hub: Hub, number: int, note: Path) -> None:
    """Be killed at the n-th statement that writes rows, proofs or a cursor.

    Every fourth life dies there right before the commit instead, with all written.
    """
    count = itertools.count(1)

    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found = WRITE.match(statement)
        if found and found[2] in LEDGER and next(count) == number:
            if number % 4 == 0:
                event.listen(hub.store.engine, "commit", die)
            else:
                die()

    def die(*_: Any) -> None:
        note.write_text("committing")
        os.kill(os.getpid(), signal.SIGKILL)

    event.listen(hub.store.engine, "after_cursor_execute", after)


def main() -> None:
    """Fork for each line of standard input; say the child's id, then how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(KeyboardInterrupt):
                live(json.loads(line))
            os._exit(0)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
