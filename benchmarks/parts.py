"""Where a process's time goes, by sampling its stack every two milliseconds of work.

A sample counts for the first part below that has a file on its stack, so that what SQL the
journal needs is the journal's. The collector's time is taken by its own clock and counts
for itself alone.
"""

from __future__ import annotations

import gc
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EVERY = 0.002
"""Seconds of processor time between two samples."""
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
GARBAGE = "collecting garbage"


class Parts:
    """Seconds by part, as far as sampling tells."""

    def __init__(self) -> None:
        self.samples: Counter[str] = Counter()
        self.garbage = 0.0
        self._collecting = 0.0

    def sample(self, number: int, frame: FrameType | None) -> None:
        """One sample: the part the running frame belongs to."""
        self.samples[part(frame)] += 1

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
        found["the rest"] = self.samples["the rest"] / total
        found[GARBAGE] = self.garbage / (total * EVERY)
        return {name: round(share, 3) for name, share in found.items()}


def part(frame: FrameType | None) -> str:
    """The first part with a file on the stack."""
    files: list[str] = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    stack = "\n".join(files)
    found = (name for name, marks in PARTS if any(mark in stack for mark in marks))
    return next(found, "the rest")


@contextmanager
def sampling() -> Iterator[Parts]:
    """Sample the main thread for as long as this lasts."""
    parts = Parts()
    gc.callbacks.append(parts.collected)
    before = signal.signal(signal.SIGPROF, parts.sample)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield parts
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
        gc.callbacks.remove(parts.collected)
