"""`hub`: the command line. Exit codes: 0 all is well, 1 something is not, 2 wrong use."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from .app import app, run

    sys.exit(run(app))
