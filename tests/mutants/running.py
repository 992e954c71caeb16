"""Mutants side by side, and beside them what nothing should kill."""

from __future__ import annotations

import ast
import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from . import killing
from .choosing import Mutant, chosen
from .killing import Verdict
from .source import File, files

Case = Mutant | File
FORK = multiprocessing.get_context("fork")


class Course:
    """A number of mutants of each channel, in the order they are chosen in, after the
    controls. One that cannot even be imported is followed by another."""

    def __init__(
        self, shares: Mapping[str, int], seed: int, beside: Sequence[Case]
    ) -> None:
        self.queues = {channel: chosen(channel, seed) for channel in shares}
        self.wanted, self.controls, self.beside = Counter(shares), beside, list(beside)

    def next(self) -> Case | None:
        """The next, of the channel that lacks most; None while there is none to begin."""
        if self.beside:
            return self.beside.pop(0)
        for channel, lacking in self.wanted.most_common(1):
            self.wanted[channel] -= lacking > 0
            return next(self.queues[channel], None) if lacking > 0 else None
        return None

    def judged(self, case: Case, verdict: Verdict) -> None:
        """Another for one that was stillborn; none any more where the tests themselves are
        at fault, which is no time to ask what they see."""
        self.wanted[case.channel] += verdict.state == "stillborn"
        if case in self.controls and verdict.state != "survived":
            self.beside.clear()
            self.wanted.clear()


def run(course: Course, workers: int, few: bool) -> dict[Case, Verdict]:
    """What became of each."""
    running: dict[Connection, tuple[Case, ForkProcess]] = {}
    found: dict[Case, Verdict] = {}
    with tempfile.TemporaryDirectory() as folder:
        while True:
            while len(running) < workers and (case := course.next()):
                ours, process = _begin(case, few, folder)
                running[ours] = case, process
            if not running:
                return found
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                case, process = running.pop(ready)
                found[case] = _end(ready, process)
                course.judged(case, found[case])
                print(f"{found[case].state:10}{case}", file=sys.stderr)  # noqa: T201


def _begin(case: Case, few: bool, folder: str) -> tuple[Connection, ForkProcess]:
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=killing.judge, args=(case, few, folder, theirs))
    process.start()
    theirs.close()
    return ours, process


def _end(answer: Connection, process: ForkProcess) -> Verdict:
    try:
        said: Verdict = answer.recv()
    except EOFError:
        said = Verdict("killed", "(its process died)")
    process.kill()
    process.join()
    return said


# Controls ------------------------------------------------------------------------------


def controls(channels: Sequence[str], seed: int, most: int) -> list[Case]:
    """Files as they are, one of each channel from the seed's on, and of the same channels
    sets in another order."""
    turned = [channels[(seed + n) % len(channels)] for n in range(len(channels))]
    as_they_are = [next(f for f in files(c) if "/orders." in f.path) for c in turned]
    return [*as_they_are[:most], *[m for c in turned if (m := reordered(c))][:most]]


def reordered(channel: str) -> Mutant | None:
    """The channel's first set that is written out, from its last element to its first."""
    for file in files(channel):
        for spot in file.spots:
            if isinstance(spot.node, ast.Set) and len(spot.node.elts) > 1:
                new = ast.Set(spot.node.elts[::-1])
                place = file.places[id(spot.node)]
                return Mutant(file, "another order", place, new, spot.node.lineno)
    return None
