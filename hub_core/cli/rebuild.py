"""`hub rebuild`: stored records made again from their raw form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Misconfigured
from .opening import Json, Names, opened
from .output import complain, err, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..insight.versions.rebuild import Rebuilt, Step
    from ..store.kinds import Kind
    from ..store.shops import Shop

COLUMNS = ("shop", "kind", "shape", "records", "unchanged", "changed", "unreadable")
NARROW = ("shop", "shape", "changed", "unreadable")


def add(app: typer.Typer) -> None:
    """Put the command on the app."""
    app.command()(rebuild)


def rebuild(
    shops: Names = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only this kind (orders, products …); repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would change.")
    ] = False,
    json: Json = False,
) -> None:
    """Make stored records again from their raw form, by the version each shop reads now.

    For after a pin was moved or a version was mended. It asks no platform. What comes out
    as it was costs no write and tells the feed nothing; what cannot be read any more keeps
    its row and is parked. Exit code 1 where there is any such.
    """
    with opened() as hub:
        kinds = _kinds(kind or ())
        chosen = [hub.shop(name) for name in shops or ()] or hub.shops()
        with _bar(json) as bar:
            done = [
                one
                for shop in chosen
                for each in kinds
                for one in _run(hub, shop, each, dry_run, bar)
            ]
    unread = sum(one.unreadable for one in done)
    if json:
        rows = [asdict(one) for one in done]
        say_json({"ok": not unread, "dry_run": dry_run, "rebuilt": rows})
    else:
        table(
            [asdict(one) for one in done], COLUMNS, narrow=NARROW, right=COLUMNS[3:],
            fold=("shop",), empty="nothing is stored yet: hub sync",
        )  # fmt: skip
        _tell_unread(done, dry_run)
    if unread:
        raise typer.Exit(1)


def _kinds(wanted: Sequence[str]) -> list[Kind]:
    from ..store.kinds import KINDS

    if strange := [name for name in wanted if name not in KINDS]:
        there = ", ".join(KINDS)
        raise Misconfigured(f"no kind {strange[0]!r}; there are: {there}")
    return [kind for name, kind in KINDS.items() if not wanted or name in wanted]


def _run(hub: Hub, shop: Shop, kind: Kind, dry: bool, bar: _Bar | None) -> list[Rebuilt]:
    from ..jobs import rebuilding

    step = bar.of(f"{shop.name} {kind.plural}") if bar is not None else None
    return rebuilding(hub, shop, kind).run(dry=dry, step=step)


def _tell_unread(done: Sequence[Rebuilt], dry: bool) -> None:
    for one in (d for d in done if d.unreadable):
        then = "would be parked" if dry else "they are parked: hub parked list"
        for why, count in sorted(one.reasons.items(), key=lambda x: -x[1])[:3]:
            complain(f"hub: {one.shop} {one.shape} cannot read {count}: {why}; {then}")


class _Bar:
    """Progress on standard error, one line for each shop and kind."""

    def __init__(self, shown: object) -> None:
        self._shown = shown

    def of(self, name: str) -> Step:
        """What tells one of them how far it is."""
        shown = self._shown
        task = shown.add_task(name, total=None)  # type: ignore[attr-defined]

        def step(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)  # type: ignore[attr-defined]

        return step


@contextmanager
def _bar(quiet: bool) -> Iterator[_Bar | None]:
    """Nothing where no person looks."""
    if quiet or not err().is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    look = (TextColumn("{task.description}", markup=False), BarColumn())
    with Progress(*look, MofNCompleteColumn(), console=err(), transient=True) as shown:
        yield _Bar(shown)
