"""`hub keys rotate`: from one encryption key to the next, while the hub runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .acting import ActorOption, acting
from .audit import keep_head
from .opening import Json, opened
from .output import complain, local, say, say_json

if TYPE_CHECKING:
    from ..rekeying import Rotation

TOLD = 10_000
"""Values after which one that looks on is told how far it is."""
MANY = 5


def rotate(
    drop: Annotated[
        str | None,
        typer.Option("--drop", metavar="KEY", help="Put this former key away instead."),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=5000, help="Values of one transaction.")
    ] = 200,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Change the encryption key, or go on with a change that was broken off.

    The former key opens until it is put away with --drop. Exit code 1 while anything is
    still sealed with it.
    """
    from ..rekeying import put_away
    from ..rekeying import rotate as change

    with opened() as hub:
        if drop is not None:
            told = put_away(hub, drop, actor=acting(actor))
        else:
            told = change(hub, actor=acting(actor), size=batch, on_batch=_Steps())
        keep_head(hub)
    if json:
        say_json({"ok": told.is_done, **asdict(told), "drop_at": told.drop_at})
    elif drop is not None:
        say(f"{drop} is put away; {told.key} opens all there is")
    else:
        _tell(told)
    if not told.is_done:
        raise typer.Exit(1)


class _Steps:
    """Says how far it is, now and then."""

    def __init__(self) -> None:
        self._next = TOLD

    def __call__(self, done: Counter[str]) -> None:
        if done.total() >= self._next:
            self._next += TOLD
            complain(f"hub: {done.total()} values are sealed anew …")


def _tell(told: Rotation) -> None:
    made = "was made, and " if told.made else ""
    say(f"key {told.key} {made}seals from now on")
    counted = ", ".join(f"{name} {n}" for name, n in told.resealed.items() if n)
    say(f"sealed anew: {counted or 'nothing was left to do'}")
    for key, tables in told.left.items():
        said = ", ".join(f"{name} {n}" for name, n in tables.items())
        complain(f"hub: still sealed with {key}: {said}; next: hub keys rotate")
    for one in told.shut[:MANY]:
        complain(f"hub: no key here opens {one}")
    if told.made:
        say("Keep a copy of the new key, where that of the former one is.")
    if told.former and told.is_done:
        _tell_next(told)


def _tell_next(told: Rotation) -> None:
    say(f"Nothing is sealed with {' or '.join(told.former)} any more. Backups made before")
    say("now open with it alone: keep a copy with them.")
    when = f"from {local(told.drop_at)} (Beijing) on: " if told.drop_at else ""
    for key in told.former:
        say(f"next, {when}hub keys rotate --drop {key}")
