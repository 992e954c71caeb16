"""`hub connector grade`: what a connector is worth, tried on its own box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .opening import Chosen, Json
from .output import complain, err, say, say_json, table

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..grading.finding import Finding
    from ..grading.grades import Candidate, Criterion

COLUMNS = ("grade", "criterion", "state", "evidence")


def grade(
    name: Annotated[str, typer.Argument(help="A plugin's name: see `hub plugins`.")],
    at_least: Annotated[
        str,
        typer.Option(
            "--at-least", help="Exit code 1 below: bronze, silver, gold, platinum."
        ),
    ] = "bronze",
    seeds: Annotated[int, typer.Option(min=1, max=10_000, help="Days that are lived.")] = 5,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="A criterion to try; the others count as not met."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", help="A criterion not to try; it counts as not met."),
    ] = None,
    goldens: Annotated[
        Path | None,
        typer.Option(
            "--goldens",
            exists=True,
            file_okay=False,
            show_default=False,
            help="Where its goldens are; tests/golden beside its package.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Try a connector on the platform in a box that it brings, and say what it is worth.

    bronze reads orders rightly, silver keeps them under change, gold does all it says it
    can, platinum is cared for: docs/connector-grades.md. It asks no platform and touches no
    store.
    """
    from ..grading.grades import CRITERIA, GRADES, Candidate, reached
    from ..plugins import load
    from ..settings import Settings

    _known("--at-least", [at_least], GRADES)
    known = [c.id for c in CRITERIA]
    _known("--skip", skip or [], known)
    _known("--only", only or [], known)
    wanted = [id for id in known if id in (only or known) and id not in (skip or ())]
    plugins = load(Settings.load(Chosen.config).disabled)
    candidate = Candidate(plugins, name, seeds=seeds, folder=goldens)
    findings = dict(_tried(candidate, CRITERIA, wanted))
    got = reached(findings)
    ok = got is not None and GRADES.index(got) >= GRADES.index(at_least)
    rows = [_row(c, findings[c.id]) for c in CRITERIA]
    if json:
        head = {"ok": ok, "name": candidate.row.name, "grade": got, "at_least": at_least}
        say_json({**head, "criteria": rows})
    else:
        _tell(candidate, rows, got)
    if not ok:
        raise typer.Exit(1)


def _known(option: str, given: Sequence[str], known: Sequence[str]) -> None:
    if strange := [one for one in given if one not in known]:
        raise Misconfigured(f"{option} {strange[0]!r}: there are {', '.join(known)}")


def _row(criterion: Criterion, finding: Finding) -> dict[str, Any]:
    told = {"grade": criterion.grade, "criterion": criterion.id, "title": criterion.title}
    return {**told, **asdict(finding)}


# Trying ----------------------------------------------------------------------------------


def _tried(
    candidate: Candidate, criteria: Sequence[Criterion], wanted: Sequence[str]
) -> Iterator[tuple[str, Finding]]:
    """Each criterion and what it came to, with a bar that moves on a terminal."""
    from ..grading.finding import Finding, State

    with _bar() as bar:
        task = bar.add_task("", total=len(criteria))
        for number, criterion in enumerate(criteria):
            bar.update(task, description=criterion.id, completed=number)

            def on_step(
                done: int, of: int, at: int = number, what: str = criterion.id
            ) -> None:
                share = done / of if of else 0.0
                bar.update(task, description=f"{what} {done}/{of}", completed=at + share)

            left_out = Finding(State.NOT_TRIED, "left out")
            tried = criterion.id in wanted
            yield criterion.id, candidate.try_out(criterion, on_step) if tried else left_out
        bar.update(task, description="", completed=len(criteria))


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=err(), transient=True, disable=not err().is_terminal
    ) as bar:
        yield bar


# What is said ----------------------------------------------------------------------------


def _tell(candidate: Candidate, rows: list[dict[str, Any]], got: str | None) -> None:
    title = f"{candidate.row.name}, {candidate.channel.title}"
    table(rows, COLUMNS, title=title, fold=("evidence",), narrow=COLUMNS)
    for row in rows:
        for wrong in row["wrong"]:
            complain(f"{row['criterion']}: {wrong}")
    say()
    say(f"grade: {got or 'none'}", style="bold")
    if missing := _next(rows):
        say(f"what keeps it from {missing[0]}: {', '.join(missing[1])}")


def _next(rows: list[dict[str, Any]]) -> tuple[str, list[str]] | None:
    """The lowest grade that is not reached, and what it lacks."""
    for row in rows:
        lacking = [
            r["criterion"] for r in rows
            if r["grade"] == row["grade"] and r["state"] in ("not met", "not tried")
        ]  # fmt: skip
        if lacking:
            return row["grade"], lacking
    return None
