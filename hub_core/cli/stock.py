"""`hub stock`: what the ERP has of each item, and what the channels offer of it."""

from __future__ import annotations

import csv
import io
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import HubError, Misconfigured
from . import offers, oversold, pushing
from .opening import Json, opened
from .output import complain, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub

MOST = 2_000_000_000
KeyOption = Annotated[
    str | None,
    typer.Option("--key", help="Of this very change: given again, it changes nothing."),
]
ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
"""A code a spreadsheet took for a number."""


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="What there is, and what is offered.", no_args_is_help=True)
    group.command("set")(set_level)
    group.command("adjust", context_settings={"ignore_unknown_options": True})(adjust)
    group.command("show")(offers.show)
    group.command("push")(pushing.push)
    group.command("oversold")(oversold.oversold)
    app.add_typer(group, name="stock")


def set_level(
    code: Annotated[str | None, typer.Argument(help="The item, in your code.")] = None,
    on_hand: Annotated[
        int | None, typer.Argument(metavar="N", min=0, max=MOST, help="Pieces on hand.")
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", help="A CSV of items: code,on_hand.", exists=True),
    ] = None,
    key: KeyOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, set nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell how much there is of an item, or with --from of many. Sends nothing: `hub stock
    push` does."""
    if from_file is not None:
        if code is not None:
            raise Misconfigured("give CODE and N, or --from FILE, not both")
        _set_many(_rows(from_file), key or _new_key("stock.set"), dry_run, json)
        return
    if code is None or on_hand is None:
        raise Misconfigured("give CODE and N (or --from levels.csv)")
    with opened() as hub:
        before = _before(hub).get(code)
        said = _set(hub, code, on_hand, key or _new_key(code, on_hand), dry_run)
    _say_level({**said, "before": before, "dry_run": dry_run}, json)


def adjust(
    code: Annotated[str, typer.Argument(help="The item, in your code.")],
    by: Annotated[
        int,
        typer.Argument(metavar="±N", min=-MOST, max=MOST, help="Pieces more (or less)."),
    ],
    key: KeyOption = None,
    json: Json = False,
) -> None:
    """Change an item's level by so much, once for a key. Sends nothing."""
    with opened() as hub:
        key = key or _new_key(code, by)
        repeated = hub.movement(key) is not None
        before = _before(hub).get(code)
        level = hub.desks.adjust_stock(code, by, key=key)
    said = {
        "code": code, "on_hand": level.on_hand, "version": level.version, "key": key,
        "repeated": repeated, "before": before,
    }  # fmt: skip
    _say_level(said, json)


def _new_key(*asked: object) -> str:
    """A key for what is asked now: random, so that the same change may be made twice."""
    from ..writes.desk import key_of

    return key_of(*map(str, asked), secrets.token_hex(16))[:16]


def _before(hub: Hub) -> dict[str, int]:
    return {level.code: level.on_hand for level in hub.desks.stock_levels()}


def _set(hub: Hub, code: str, n: int, key: str, dry_run: bool) -> dict[str, Any]:
    """Set one level. Raises Misconfigured for a code or a key that cannot be meant."""
    _check_code(code)
    former = hub.movement(key)
    if former is not None and (former.code, former.level) != (code, n):
        raise Misconfigured(
            f"the key {key!r} was used for another movement, which left {former.code} at "
            f"{former.level}: take another key, or none"
        )
    told = {"code": code, "on_hand": n, "key": key, "repeated": former is not None}
    if dry_run:
        return {**told, "version": None}
    level = hub.desks.set_stock(code, n, key=key)
    return {**told, "on_hand": level.on_hand, "version": level.version}


def _check_code(code: str) -> None:
    if not code.strip() or code != code.strip():
        raise Misconfigured(f"{code!r} is no code: it is empty, or has blanks around it")
    if ROUNDED.fullmatch(code):
        raise Misconfigured(
            f"code {code} was rounded by a spreadsheet: format its column as text and fill "
            "it in again"
        )


def _say_level(said: dict[str, Any], json: bool) -> None:
    if json:
        say_json(said)
        return
    was = "" if said["before"] is None else f" (was {said['before']})"
    if said.get("dry_run"):
        say(f"{said['code']}: {said['on_hand']} on hand would be set{was}")
    elif said["repeated"]:
        say(f"{said['code']}: this key was used before, nothing changed")
        say(f"on hand: {said['on_hand']}")
    else:
        say(f"{said['code']}: {said['on_hand']} on hand{was}; next: hub stock push")
        say(f"key: {said['key']}", style="dim")


# Many ----------------------------------------------------------------------------------


def _rows(path: Path) -> list[dict[str, str]]:
    """The file's rows by column; UTF-8 or what Excel in China saves (GB18030)."""
    from ..insight.console import bare, decoded

    text, _ = decoded(path)
    mark = max(",;\t", key=text.partition("\n")[0].count)
    read = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    rows = [{bare(k): bare(v) for k, v in row.items() if k and v} for row in read]
    missing = {"code", "on_hand"} - {bare(name) for name in read.fieldnames or ()}
    if missing or not rows:
        raise Misconfigured(
            f"{path}: its first line has to name the columns code and on_hand, and rows "
            "have to follow"
        )
    return rows


def _set_many(rows: list[dict[str, str]], key: str, dry_run: bool, json: bool) -> None:
    said: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    with opened() as hub:
        before = _before(hub)
        for number, row in enumerate(rows, 2):
            if not any(row.values()):
                continue
            code = row.get("code", "")
            told = _try(hub, row, key, dry_run, twin=seen.get(code))
            seen.setdefault(code, number)
            said.append({"row": number, "code": code, "before": before.get(code), **told})
    refused = sum(one["error"] is not None for one in said)
    if json:
        say_json({"dry_run": dry_run, "key": key, "items": said})
    else:
        columns = ("row", "code", "before", "on_hand", "result", "error")
        right = ("before", "on_hand")
        table(said, columns, right=right, fold=("code", "error"))
        say(f"key: {key}; given again, no row of it is set twice", style="dim")
    if refused:
        complain(f"hub: {refused} of {len(said)} rows refused; mend them and run it again")
        raise typer.Exit(1)


def _try(
    hub: Hub, row: dict[str, str], key: str, dry_run: bool, *, twin: int | None
) -> dict[str, Any]:
    from ..writes.desk import key_of

    code, text = row.get("code", ""), row.get("on_hand", "")
    try:
        if twin is not None:
            raise Misconfigured(f"row {twin} has this code already")
        if not (text.isascii() and text.isdigit()) or int(text) > MOST:
            raise Misconfigured(f"on_hand {text!r} is no number of pieces")
        done = _set(hub, code, int(text), key_of("stock.set", key, code), dry_run)
    except HubError as error:
        return {"on_hand": None, "result": "refused", "error": str(error)}
    result = "would be set" if dry_run else "set before" if done["repeated"] else "set"
    return {"on_hand": done["on_hand"], "result": result, "error": None}
