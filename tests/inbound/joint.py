"""A box that changes and pushes, and a hub that takes it in, second by second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub_core.inbound import Inbound
from hub_core.sandbox import Request, Response
from hub_core.store import reads
from tests.harness import Bench, bench
from tests.inbound.pushing import CHANNEL

POLL = 60.0
"""Seconds between two readings of the lists."""


@dataclass
class Joint:
    """Both sides on one clock. `waiting` is what the feed has not told of yet."""

    bench: Bench
    inbound: Inbound
    position: int = 0
    waiting: dict[str, list[float]] = field(default_factory=dict)
    """Order id to the moments at which it changed."""
    took: list[float] = field(default_factory=list)
    """Seconds from each change to the feed."""

    @property
    def box(self) -> Any:
        return self.bench.platform

    @property
    def now(self) -> float:
        return self.bench.platform.clock.now()

    def post(self, request: Request) -> Response:
        """The platform's request at the hub's door."""
        answer = self.inbound.receive(CHANNEL, request.headers, request.body)
        return Response(answer.status, answer.body, answer.headers)

    def run(self, seconds: int, *, changes: int = 1, step: int = 1) -> None:
        """Let that many things happen each `step` seconds; the hub takes in what comes,
        and reads its lists once a minute."""
        read_at = self.now
        for _ in range(0, seconds, step):
            self.churn(changes)
            self.box.clock.advance(step)
            self.box.pushes.deliver(self.post)
            while self.inbound.work_off().taken:
                pass
            if self.now - read_at >= POLL:
                read_at = self.now
                self.bench.hub.sync()
            self.look()

    def churn(self, changes: int) -> None:
        before = self.versions()
        self.box.churn(changes)
        for id, count in self.versions().items():
            if count > before.get(id, 0) and self.counts(id):
                self.waiting.setdefault(id, []).append(self.now)

    def counts(self, id: str) -> bool:
        """Whether this change is measured."""
        return True

    def versions(self) -> dict[str, int]:
        return {r.id: len(r.versions) for r in self.shop.records}

    @property
    def shop(self) -> Any:
        return self.box.shops[self.bench.platform.accounts()[0].external_id]

    def look(self) -> None:
        """Follow the feed; a change has come when the order is as new as it."""
        for change in self.bench.hub.changes(self.position, kinds=["order"]):
            self.position = change.seq
            if change.external_id in self.waiting:
                self.tick_off(change.external_id)

    def tick_off(self, id: str) -> None:
        with self.bench.hub.store.reading() as connection:
            (found,) = reads.find_order(connection, id)
        known = found[1].values["channel_updated_at"].timestamp()
        at = self.waiting.pop(id)
        self.took += [self.now - one for one in at if int(one) <= known]
        if late := [one for one in at if int(one) > known]:
            self.waiting[id] = late


@contextmanager
def joint(folder: Path, made: type[Joint] = Joint, **how: Any) -> Iterator[Joint]:
    """A box whose app's address was verified by this hub, read to its end once."""
    how = {"orders": 30, "seed": 5, "latency": 0.05, **how}
    with bench(CHANNEL, folder, **how) as on:
        inbound = Inbound(on.hub)
        both = made(on, inbound)
        on.hub.sync()
        both.position = on.hub.position()
        assert both.box.pushes.subscribe(both.post)
        yield both
        inbound.close()
