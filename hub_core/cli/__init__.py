"""`hub`: the command line. Exit codes: 0 all is well, 1 something is not, 2 wrong use."""

from __future__ import annotations

import gc
from typing import NoReturn


def main() -> NoReturn:
    """The console script."""
    gc.disable()  # nothing that is imported is ever garbage; looking for some takes longer
    from .app import app, run
    from .stopping import end_now

    gc.enable()
    end_now(run(app))
