"""The floor among rivals: `benchmarks.pull_floor`, on the pages the hub asked for."""

from __future__ import annotations

import json
import sys

from benchmarks.rivals.contenders import ROOT, Contender, Ground, Hub, NotInstalled
from benchmarks.rivals.outside import Command


class Floor(Contender):
    """What cannot be left out. It has one run: it compares nothing with what is there."""

    name = "floor"
    targets: list[str] = []  # noqa: RUF012  # of the hub's last full run

    def prepare(self, at: Ground) -> None:
        """Raises NotInstalled for PostgreSQL, into which it does not write."""
        if not at.url.startswith("sqlite"):
            raise NotInstalled("it writes into SQLite alone")
        Hub().prepare(at)
        (at.folder / "asked.json").write_text(json.dumps(self.targets))

    def full(self, at: Ground) -> Command:
        program = [sys.executable, "-m", "benchmarks.pull_floor", at.base_url]
        return Command([[*program, str(at.folder)]], at.folder, {"PYTHONPATH": str(ROOT)})
