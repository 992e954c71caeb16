"""`hub keys`: who may use the hub from elsewhere, and for what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Misconfigured
from .acting import ActorOption, acting
from .audit import keep_head
from .opening import Json, opened
from .output import complain, say, say_json, table, times_note
from .rotating import rotate

if TYPE_CHECKING:
    from ..access import Granted, Key
    from ..hub import Hub

KEYS = ("prefix", "person", "name", "state", "expires_at", "last_used_at", "addresses")
GRANTS = ("id", "person", "role", "where", "kinds", "last_used_at")
IDLE = ("person", "right", "why", "since", "next")
SHOWN_ONCE = "this is the only time it is shown: put it where the program's secrets are"
Person = Annotated[str, typer.Argument(help="Whose: a person's or a system's name.")]
OfOption = Annotated[str | None, typer.Option("--of", help="All of this one.")]
OnlyPerson = Annotated[str | None, typer.Option("--of", help="Only of this one.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the app."""
    group = typer.Typer(help="API keys, what they open, and the encryption key.",
                        no_args_is_help=True)  # fmt: skip
    group.command("create")(create)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    group.command("grant")(grant)
    group.command("ungrant")(ungrant)
    group.command("review")(review)
    group.command("rotate")(rotate)
    app.add_typer(group, name="keys")


def create(
    person: Person,
    new: Annotated[
        str | None, typer.Option("--new", help="Not known yet: a person, or a system.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "",
    days: Annotated[
        int, typer.Option("--days", min=0, help="How long it holds; 0: for good.")
    ] = 365,
    address: Annotated[
        list[str] | None,
        typer.Option("--address", help="Only from this address or network; repeatable."),
    ] = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Make a key and show it, this once. By itself it opens nothing: `hub keys grant`."""
    from ..access import Grants, Keys

    with opened() as hub:
        until = hub.clock.now() + timedelta(days=days) if days else None
        made = Keys(hub.store).create(
            person, name, actor=acting(actor), new=new, expires_at=until,
            addresses=address or (),
        )  # fmt: skip
        keep_head(hub)
        may = Grants(hub.store).listing(made.key.person)
        told = _key(made.key, hub.clock.now())
    if json:
        say_json({"key": made.text, **told})
        return
    say(made.text)
    complain(f"hub: {SHOWN_ONCE}")
    if not may:
        complain(f"next: hub keys grant {person} ROLE --shop SHOP")


def list_keys(
    of: OnlyPerson = None,
    ended: Annotated[
        bool, typer.Option("--all", help="Those revoked and taken back, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Keys and grants, never a key's text."""
    from ..access import Grants, Keys

    with opened() as hub:
        now, names = hub.clock.now(), _shop_names(hub)
        keys = [_key(k, now) for k in Keys(hub.store).listing(of)]
        grants = [_grant(g, names) for g in Grants(hub.store).listing(of, ended=ended)]
    keys = [k for k in keys if ended or k["state"] != "revoked"]
    if json:
        say_json({"keys": keys, "grants": grants})
        return
    table(keys, KEYS, narrow=KEYS[:4], fold=("person", "name", "addresses"), title="Keys",
          empty="none: hub keys create NAME --new system")  # fmt: skip
    table(grants, GRANTS, narrow=GRANTS[:4], fold=("person", "where", "kinds"),
          title="Grants", empty="none: hub keys grant NAME ROLE --shop SHOP")  # fmt: skip
    times_note()


def _shop_names(hub: Hub) -> dict[int, str]:
    return {shop.id: shop.name for shop in hub.shops()}


def _key(key: Key, now: datetime) -> dict[str, Any]:
    return {**asdict(key), "state": key.state(now)}


def _grant(grant: Granted, names: dict[int, str]) -> dict[str, Any]:
    told = {name: getattr(grant, name) for name in ("id", "person", "role", "company")}
    shop = names.get(grant.shop_id, "a shop that is gone") if grant.shop_id else None
    where = "all" if grant.is_everywhere else shop or f"company {grant.company}"
    kinds = sorted(grant.kinds) if grant.kinds is not None else None
    times = {n: getattr(grant, n) for n in ("made_at", "ended_at", "last_used_at")}
    return {**told, "shop": shop, "where": where, "kinds": kinds, **times}


def revoke(
    prefixes: Annotated[
        list[str] | None, typer.Argument(help="As `hub keys list` shows them.")
    ] = None,
    of: OfOption = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """End keys: from the next request on they open nothing."""
    from ..access import Keys

    with opened() as hub:
        keys, now = Keys(hub.store), hub.clock.now()
        held = [k.prefix for k in keys.listing(of) if k.state(now) != "revoked"]
        which = [*(prefixes or ()), *(held if of else ())]
        _refuse_nothing(which, of, "prefixes of keys")
        ended = [_key(keys.revoke(p, actor=acting(actor)), now) for p in which]
        keep_head(hub)
    _say_ended(ended, json, [f"{k['prefix']} of {k['person']} is revoked" for k in ended])


def _refuse_nothing(which: list[Any], of: str | None, what: str) -> None:
    if not which and of is None:
        raise Misconfigured(f"name {what}, or --of whom; see `hub keys list`")


def _say_ended(ended: list[dict[str, Any]], json: bool, lines: list[str]) -> None:
    if json:
        say_json(ended)
        return
    for line in lines or ["there was nothing left to end"]:
        say(line)


def grant(
    person: Person,
    role: Annotated[
        str, typer.Argument(help="viewer, operator, finance, developer or admin.")
    ],
    everywhere: Annotated[
        bool, typer.Option("--all", help="At all shops, those to come included.")
    ] = False,
    company: Annotated[
        str | None, typer.Option("--company", help="At this company's shops.")
    ] = None,
    shop: Annotated[str | None, typer.Option("--shop", help="At this shop.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Of these records alone: orders …; repeatable."),
    ] = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Let somebody do what a role may, at one place. Grants add up."""
    from ..access import Grants

    with opened() as hub:
        made = Grants(hub.store).grant(
            person, role, actor=acting(actor), everywhere=everywhere, company=company,
            shop=shop, kinds=kind or (),
        )  # fmt: skip
        keep_head(hub)
        told = _grant(made, _shop_names(hub))
    if json:
        say_json(told)
    else:
        of = f", of {', '.join(told['kinds'])} alone" if told["kinds"] else ""
        say(f"grant {made.id}: {person} is {role} at {told['where']}{of}")


def ungrant(
    ids: Annotated[
        list[int] | None, typer.Argument(help="As `hub keys list` shows them.")
    ] = None,
    of: OfOption = None,
    actor: ActorOption = None,
    json: Json = False,
) -> None:
    """Take grants back: from the next request on they hold no more."""
    from ..access import Grants

    with opened() as hub:
        grants, names = Grants(hub.store), _shop_names(hub)
        held = [g.id for g in grants.listing(of)] if of else []
        which = [*(ids or ()), *held]
        _refuse_nothing(which, of, "ids of grants")
        ended = [_grant(grants.ungrant(id, actor=acting(actor)), names) for id in which]
        keep_head(hub)
    lines = [f"{g['person']} is no longer {g['role']} at {g['where']}" for g in ended]
    _say_ended(ended, json, lines)


def review(
    days: Annotated[int, typer.Option("--days", min=1, help="Not used for so long.")] = 90,
    json: Json = False,
) -> None:
    """Rights nobody uses (僵尸权限): idle keys and grants, and what opens nothing.

    Exit code 1 while there are any.
    """
    from ..access import review

    with opened() as hub:
        found = [asdict(one) for one in review(hub.store, days)]
    if json:
        say_json(found)
    else:
        table(found, IDLE, narrow=IDLE[:3], fold=("person", "why", "next"),
              empty=f"every key and grant was used within {days} days")  # fmt: skip
        times_note()
    if found:
        raise typer.Exit(1)
