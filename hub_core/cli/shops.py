"""`hub shop`: the shops the hub reads."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import HubError, Misconfigured
from .opening import Json, moment, opened
from .output import complain, local, say, say_json, table

if TYPE_CHECKING:
    from ..hub import Hub
    from ..ports import Grant

COLUMNS = ("name", "channel", "external_id", "app", "company", "group", "state", "start")
NARROW = ("name", "channel", "external_id", "app", "state")
FIELDS = (
    "name", "channel", "external_id", "app", "company", "group", "start", "title",
    "token_env", "refresh_token_env",
)  # fmt: skip
"""Columns of shops.csv; others are account fields of the channel, or `set:NAME`."""


DAMAGED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="The shops the hub reads.", no_args_is_help=True)
    group.command("add")(add_shop)
    group.command("list")(list_shops)
    group.command("token")(token)
    group.command("resume")(resume)
    app.add_typer(group, name="shop")


def list_shops(json: Json = False) -> None:
    """All shops."""
    with opened() as hub:
        found = [
            {
                "name": s.name, "channel": s.channel, "external_id": s.external_id,
                "app": s.app, "company": s.company, "group": s.group, "state": s.state,
                "start": local(s.start_at), "uid": s.uid, "pins": dict(s.pins),
            }
            for s in hub.shops()
        ]  # fmt: skip
    if json:
        say_json(found)
    else:
        table(
            found, COLUMNS, narrow=NARROW, fold=("name", "company", "group"),
            empty="no shop yet: add one with `hub shop add`",
        )  # fmt: skip


def add_shop(
    name: Annotated[str | None, typer.Argument(help="What you call it.")] = None,
    channel: Annotated[str | None, typer.Option(help="See `hub plugins`.")] = None,
    external_id: Annotated[
        str | None, typer.Option("--id", help="The platform's id of the shop or account.")
    ] = None,
    app: Annotated[str | None, typer.Option(help="The app of plugins.toml.")] = None,
    company: Annotated[str | None, typer.Option(help="Whose books it is in.")] = None,
    group: Annotated[str | None, typer.Option(help="Any grouping of yours.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Orders from this day on (default: 90 days back).")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="field=id: further ids the channel needs.")
    ] = None,
    setting: Annotated[list[str] | None, typer.Option("--set", help="name=value.")] = None,
    token_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds its access token.")
    ] = None,
    refresh_token_env: Annotated[
        str | None, typer.Option(help="The same for the refresh token.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A CSV of shops, a row each.", exists=True)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, add nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Add one shop, or with --from many. Tokens come from the environment or are asked
    for, never from the command line, where others could read them."""
    if from_file is not None:
        _add_many(_rows(from_file), dry_run, json)
        return
    if not (name and channel and external_id and app):
        raise Misconfigured("give NAME, --channel, --id and --app (or --from shops.csv)")
    row = {
        "name": name, "channel": channel, "external_id": external_id, "app": app,
        "company": company, "group": group, "start": since, "token_env": token_env,
        "refresh_token_env": refresh_token_env,
        **_pairs(account, ""), **_pairs(setting, "set:"),
    }  # fmt: skip
    _add_one_said(row, dry_run, json)


def _pairs(given: list[str] | None, prefix: str) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        key, found, value = text.partition("=")
        if not found:
            raise Misconfigured(f"{text!r}: write name=value")
        pairs[prefix + key] = value
    return pairs


def _rows(path: Path) -> list[dict[str, Any]]:
    """The file's rows by column; UTF-8 or what Excel in China saves (GB18030)."""
    from ..insight.console import bare, decoded

    text, _ = decoded(path)
    mark = max(",;\t", key=text.partition("\n")[0].count)
    rows = [
        {k.strip(): bare(v) or None for k, v in row.items() if k and k.strip() and v}
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    ]
    if not (rows := [row for row in rows if any(row.values())]):
        raise Misconfigured(
            f"{path}: no rows; its first line names columns: {', '.join(FIELDS)} …"
        )
    return rows


def _add_one_said(row: dict[str, Any], dry_run: bool, json: bool) -> None:
    """One shop: what is wrong with it is wrong use, and a sentence."""
    with opened() as hub:
        _add_one(hub, row, dry_run)
    result = "would be added" if dry_run else "added"
    if json:
        shop = {"row": 1, "name": row["name"], "result": result, "error": None}
        say_json({"dry_run": dry_run, "shops": [shop]})
    else:
        say(
            f"{row['name']}: {result}"
            + ("" if dry_run else f"; next: hub sync {row['name']}")
        )


def _add_many(rows: list[dict[str, Any]], dry_run: bool, json: bool) -> None:
    said: list[dict[str, Any]] = []
    seen: set[object] = set()
    with opened() as hub:
        for number, row in enumerate(rows, 2):
            twins = {row.get("name"), (row.get("channel"), row.get("external_id"))}
            told = _try(hub, row, dry_run, twice=bool(twins & seen))
            seen |= twins if told["error"] is None else set()
            said.append({"row": number, "name": row.get("name"), **told})
    if json:
        say_json({"dry_run": dry_run, "shops": said})
    else:
        table(said, ("row", "name", "result", "error"), fold=("error",))
    if refused := sum(s["error"] is not None for s in said):
        complain(f"hub: {refused} of {len(said)} rows refused; mend them and run it again")
        raise typer.Exit(1)


def _try(hub: Hub, row: dict[str, Any], dry_run: bool, *, twice: bool) -> dict[str, Any]:
    try:
        if twice:
            raise Misconfigured("this name or this account is in a row above already")
        _add_one(hub, row, dry_run)
    except HubError as error:
        return {"result": "refused", "error": str(error)}
    return {"result": "would be added" if dry_run else "added", "error": None}


def _add_one(hub: Hub, given: dict[str, Any], dry_run: bool) -> None:
    row = {k: v for k, v in given.items() if v is not None}
    if missing := [k for k in ("name", "channel", "external_id", "app") if k not in row]:
        raise Misconfigured(f"column {missing[0]} is empty or not there")
    if DAMAGED.fullmatch(row["external_id"]):
        raise Misconfigured(
            f"external_id {row['external_id']} was rounded by a spreadsheet: format its "
            "column as text and fill it in again"
        )
    grant = _grant(row.pop("token_env", None), row.pop("refresh_token_env", None))
    settings = {k[4:]: row.pop(k) for k in list(row) if k.startswith("set:")}
    account = {k: row.pop(k) for k in list(row) if k not in FIELDS}
    start = moment(row.pop("start", None))
    if dry_run:
        hub.check_shop(row["channel"], row["app"], account)
        hub.check_new(row["name"], row["channel"], row["external_id"])
        return
    more = {k: row[k] for k in ("company", "group", "title") if k in row}
    hub.add_shop(
        row["name"], channel=row["channel"], external_id=row["external_id"], app=row["app"],
        start_at=start, token=grant, account=account, settings=settings, **more,
    )  # fmt: skip


def _grant(token_env: str | None, refresh_env: str | None) -> Grant | None:
    from ..ports import Grant

    if token_env is None:
        if refresh_env is not None:
            raise Misconfigured("a refresh token alone opens nothing: give the token too")
        return None
    refresh = _secret(refresh_env) if refresh_env else None
    return Grant(access_token=_secret(token_env), expires_in=None, refresh_token=refresh)


def _secret(name: str) -> str:
    if not (value := os.environ.get(name)):
        raise Misconfigured(f"environment variable {name} is empty or not set")
    return value


def token(
    shop: Annotated[str, typer.Argument(help="The shop's name.")],
    token_env: Annotated[
        str | None, typer.Option(help="Environment variable; else asked.")
    ] = None,
    refresh_token_env: Annotated[
        str | None, typer.Option(help="The same, refresh token.")
    ] = None,
    expires_in: Annotated[
        int | None, typer.Option(min=1, help="Seconds it is good for.")
    ] = None,
    json: Json = False,
) -> None:
    """Give a shop the new token its owner authorised; reading goes on where it stopped."""
    from dataclasses import replace

    from ..ports import Grant

    grant = _grant(token_env, refresh_token_env) or Grant(
        access_token=typer.prompt("access token", hide_input=True), expires_in=None
    )
    with opened() as hub:
        named = hub.shop(shop).name
        hub.accept_token(hub.shop(shop), replace(grant, expires_in=expires_in))
    if json:
        say_json({"shop": named, "expires_in": expires_in})
    else:
        say(f"{named}: token kept, sealed; next: hub sync {named}")


def resume(
    shops: Annotated[list[str], typer.Argument(help="The shops' names.")],
    json: Json = False,
) -> None:
    """Call shops again that had stopped: their owner has allowed the app anew on the
    platform, or the app's secret is right again. Reading goes on where it stopped."""
    with opened() as hub:
        found = [hub.shop(name) for name in shops]
        said = [{"shop": s.name, "had_stopped": hub.resume(s)} for s in found]
    if json:
        say_json(said)
        return
    for one in said:
        state = "is called again" if one["had_stopped"] else "had not stopped"
        say(f"{one['shop']}: {state}; next: hub sync {one['shop']}")
