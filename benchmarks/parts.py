"""Where a process's time goes, by looking at its stacks every few milliseconds.

A sample counts for the first part below that has a file on its stack, so that what SQL the
journal needs is the journal's. The collector's time is taken by its own clock and counts
for itself alone.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EVERY = 0.002
"""Seconds between two samples, and as long again as the working thread keeps its turn."""
PARTS = (
    ("encryption", ("store/vault.py",)),
    ("limits, tokens", ("hub_core/pace.py", "hub_core/tokens.py")),
    ("journal", ("store/journal.py", "hub_core/journal.py")),
    ("JSON of the page", ("hub_core/answers.py",)),
    ("wire to canonical", ("hub_core/wire/", "/adapters/")),
    ("canonical to rows, hash", ("store/rows.py",)),
    ("SQL", ("hub_core/store/", "/sqlalchemy/")),
    ("HTTP", ("hub_core/client.py", "/httpx/", "/httpcore/")),
    ("walk, proofs", ("hub_core/sync/",)),
)
GARBAGE, REST = "collecting garbage", "the rest"


class Parts:
    """Seconds by part, as far as sampling tells."""

    def __init__(self) -> None:
        self.samples: Counter[str] = Counter()
        self.garbage = self.seconds = 0.0
        self._collecting = 0.0

    def watch(self, done: threading.Event) -> None:
        """Look every so often at what the other threads do, until `done`: the hub reads in
        one of its own, for which the main one only waits."""
        mine, began = threading.get_ident(), time.process_time()
        while not done.wait(EVERY):
            frames = [f for id, f in sys._current_frames().items() if id != mine]
            found = [name for f in frames if (name := part(f)) != REST]
            self.samples[found[0] if found else REST] += 1
        self.seconds = time.process_time() - began

    def collected(self, phase: str, about: dict[str, int]) -> None:
        """The collector starts or stops."""
        if phase == "start":
            self._collecting = time.process_time()
        else:
            self.garbage += time.process_time() - self._collecting

    def shares(self) -> dict[str, float]:
        """Each part's share of all samples; the collector's lies within the others."""
        total = sum(self.samples.values()) or 1
        found = {name: self.samples[name] / total for name, _ in PARTS}
        found[REST] = self.samples[REST] / total
        found[GARBAGE] = self.garbage / (self.seconds or 1.0)
        return {name: round(share, 3) for name, share in found.items()}


def part(frame: FrameType | None) -> str:
    """The first part with a file on the stack."""
    files: list[str] = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    stack = "\n".join(files)
    found = (name for name, marks in PARTS if any(mark in stack for mark in marks))
    return next(found, REST)


@contextmanager
def sampling() -> Iterator[Parts]:
    """Sample for as long as this lasts."""
    parts, done = Parts(), threading.Event()
    gc.callbacks.append(parts.collected)
    watcher = threading.Thread(target=parts.watch, args=(done,), daemon=True)
    watcher.start()
    try:
        yield parts
    finally:
        done.set()
        watcher.join()
        gc.callbacks.remove(parts.collected)
