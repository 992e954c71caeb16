"""Faults seeded into connectors and adapters, and how many the tests see.

    python -m tests.mutants [--seed N] [--count 100] [--channel NAME] [--few]
                            [--controls 4] [--bound 0.9] [--json]

Each is run against its channel's contract suite and goldens (of connectors also the tests
of records that belong to them) in a process of its own; those no test sees are printed.
Beside them run controls: files as they are, and sets written in another order, which no
test may see. With `--few` only the first of the contract's boxes is used, and the slowest
tests not at all. What became of each is told on stderr as it is known.

Exit code 1: fewer are killed than `--bound` asks for; 2: a control was, or the tests could
not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from . import killing
from .choosing import Mutant
from .killing import Verdict
from .operators import OPERATORS
from .running import Course, controls, run
from .source import CHANNELS

Found = dict[Mutant, Verdict]


def main(arguments: list[str] | None = None) -> int:
    """Run them, print what was found, judge by the bound."""
    asked = _asked(arguments)
    channels = [asked.channel] if asked.channel else list(CHANNELS)
    even, rest = divmod(asked.count, len(channels))
    shares = {channel: even + (n < rest) for n, channel in enumerate(channels)}
    killing.preload()
    beside = controls(channels, asked.seed, asked.controls)
    judged = run(Course(shares, asked.seed, beside), asked.workers, asked.few)
    found = {m: v for m, v in judged.items() if isinstance(m, Mutant) and m not in beside}
    odd = {str(case): judged[case] for case in beside if judged[case].state != "survived"}
    odd |= {str(case): v for case, v in found.items() if v.state == "broken"}
    said = told(found) | {"seed": asked.seed, "controls": len(beside), "odd": odd}
    shown = table(said)
    print(json.dumps(said | {"shown": shown}) if asked.json else shown)  # noqa: T201
    return 2 if odd else int(said["share"] < asked.bound)


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--channel", choices=CHANNELS)
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--controls", type=int, default=len(CHANNELS))
    parser.add_argument("--bound", type=float, default=0.9)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def told(found: Found) -> dict[str, Any]:
    """All there is to say of the mutants, ready for JSON."""
    made = {m: v for m, v in found.items() if v.state in ("killed", "survived")}
    killed = {m: v for m, v in made.items() if v.state == "killed"}
    return {
        "made": len(made),
        "killed": len(killed),
        "share": len(killed) / max(1, len(made)),
        "stillborn": sum(v.state == "stillborn" for v in found.values()),
        "table": {
            operator: [_counted(made, operator, channel) for channel in CHANNELS]
            for operator in OPERATORS
        },
        "survivors": sorted(f"{m}   ({m.operator})" for m in made if m not in killed),
        "kills": {str(m): v.by for m, v in killed.items()},
    }


def _counted(made: Found, operator: str, channel: str) -> tuple[int, int]:
    """How many are killed, of how many."""
    mine = [v for m, v in made.items() if (m.operator, m.channel) == (operator, channel)]
    return sum(v.state == "killed" for v in mine), len(mine)


def table(said: dict[str, Any]) -> str:
    """Kills by operator and channel, then the survivors."""
    rows = [*said["table"].items()]
    rows.append(
        ("all", [_sum(column) for column in zip(*said["table"].values(), strict=True)])
    )
    lines = [f"{'killed of made':20}" + "".join(f"{c:>15}" for c in (*CHANNELS, "all"))]
    for name, cells in rows:
        whole = [*cells, _sum(cells)]
        if whole[-1][1]:
            lines.append(f"{name:20}" + "".join(f"{_cell(*c):>15}" for c in whole))
    lines.append(
        f"seed {said['seed']}: {said['killed']} of {said['made']} killed "
        f"({said['share']:.0%}); {said['stillborn']} more died at their import; "
        f"{said['controls']} controls"
    )
    lines += [f"survived  {survivor}" for survivor in said["survivors"]]
    return "\n".join([*lines, *(f"ODD  {name}: {v}" for name, v in said["odd"].items())])


def _sum(cells: Any) -> tuple[int, int]:
    return sum(c[0] for c in cells), sum(c[1] for c in cells)


def _cell(killed: int, made: int) -> str:
    return f"{killed}/{made}" if made else "-"


if __name__ == "__main__":
    sys.exit(main())
