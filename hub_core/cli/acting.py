"""Who runs a command, for what is written down with a name."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import Misconfigured

ActorOption = Annotated[
    str | None, typer.Option("--actor", help="Who asks; default: who is logged in.")
]


def acting(given: str | None) -> str:
    """Who was named, else who is logged in here. Raises Misconfigured where nobody is."""
    import getpass

    try:
        return given or getpass.getuser()
    except (OSError, KeyError):
        raise Misconfigured("nobody is logged in: say --actor, who asks") from None
