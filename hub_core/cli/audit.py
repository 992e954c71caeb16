"""`hub audit`: who did what, and the proof that nobody changed it since."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .acting import ActorOption, acting
from .opening import Json, opened
from .output import complain, say, say_json, table, times_note

if TYPE_CHECKING:
    from ..access import Audit, Verdict
    from ..hub import Hub

COLUMNS = ("seq", "at", "actor", "action", "of", "details")
NARROW = ("seq", "at", "actor", "action", "of")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="Who did what, provably.", no_args_is_help=True)
    group.command("list")(list_audit)
    group.command("verify")(verify)
    group.command("head")(head)
    app.add_typer(group, name="audit")


def _audit(hub: Hub) -> Audit:
    from ..access import Audit

    return Audit.of(hub.store, hub.settings)


def keep_head(hub: Hub) -> None:
    """After a deed: the head outside the database follows. Where it may not, that is
    said; the deed stands."""
    if (fault := _audit(hub).keep()) is not None:
        complain(f"hub: the audit log is not as it was ({fault}); look: `hub audit verify`")


def list_audit(
    actor: Annotated[str | None, typer.Option("--actor", help="Only by this one.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this: key.revoked …")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", help="Only what was done to this.")
    ] = None,
    before: Annotated[
        int | None, typer.Option("--before", help="Only rows before this number.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    json: Json = False,
) -> None:
    """Who did what to what, newest first."""
    with opened() as hub:
        found = _audit(hub).newest(
            actor=actor, action=action, of=of, before=before, limit=limit
        )
    rows = [entry.as_dict() for entry in found]
    if json:
        say_json(rows)
    else:
        table([_row(row) for row in rows], COLUMNS, narrow=NARROW, right=("seq",),
              fold=("actor", "of", "details"))  # fmt: skip
        times_note()


def _row(row: dict[str, Any]) -> dict[str, Any]:
    from datetime import datetime

    pairs = [f"{k} {v}" for k, v in row["details"].items() if v not in (None, [])]
    moment = datetime.fromisoformat(row["at"])
    return {**row, "at": moment, "details": ", ".join(pairs)}


def verify(
    head: Annotated[
        Path | None,
        typer.Option(
            "--head", help="A line of `hub audit head` kept elsewhere.", exists=True
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read the whole log: is every row there, in its place, as it was written?

    Held against the head kept outside the database, which finds a cut-off tail. Exit code
    1 naming the first row that is not, or where there is no such head.
    """
    with opened() as hub:
        log = _audit(hub)
        verdict = log.verify(head.read_text("utf-8") if head else None)
    kept = verdict.kept.seq if verdict.kept else None
    if json:
        fault = asdict(verdict.fault) if verdict.fault else None
        told = {"ok": verdict.is_whole, "rows": verdict.rows, "fault": fault}
        say_json({**told, "kept": kept, "file": log.file and str(log.file)})
    else:
        _say(verdict, log)
    if not verdict.is_whole:
        raise typer.Exit(1)


def _say(verdict: Verdict, log: Audit) -> None:
    if verdict.fault is not None:
        complain(f"hub: {verdict.fault}")
        complain(f"the rows before it are as they were written ({verdict.rows})")
        if verdict.fault.what == "cut":
            complain("next: if a backup was restored: hub audit head --anew")
    elif verdict.is_whole:
        say(f"{verdict.rows} rows, each as it was written")
    else:
        complain(
            f"hub: {verdict.rows} rows are as they were written; {log.file} is not there,"
        )
        complain("so nobody can tell whether more were cut off; next: hub audit head")


def head(
    anew: Annotated[
        bool, typer.Option("--anew", help="After a restored backup: it is right as it is.")
    ] = False,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """The log's last row, signed, as a line: keep it on another machine.

    What is cut off behind it is found by `hub audit verify --head FILE`, whatever became
    of this machine. The file beside the database is brought up to date, too; exit code 1
    where the log no longer reaches as far as that says.
    """
    with opened() as hub:
        log = _audit(hub)
        if anew:
            log.begin_anew(actor=acting(actor))
        fault = log.keep()
        line = "" if fault else log.head()
    if fault is not None:
        complain(f"hub: {fault}; look: `hub audit verify`")
        raise typer.Exit(1)
    if json:
        say_json({"head": line, "file": log.file and str(log.file)})
    else:
        say(line)
