"""The door to this sandbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from hub_core.sandbox import Clock, Faults

from .grants import Lives
from .limits import Limits
from .messages import Telling
from .plan import Plan
from .platform import Taobao
from .world import Odds

YEAR = 365 * 86_400.0
PRIVACY = ("masked", "clear", "mixed")
REFUNDS = ("before", "after", "mixed")


def create(
    *,
    seed: int = 0,
    shops: int = 1,
    orders: int = 200,
    clock: Clock | None = None,
    switches: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    latency: float = 0.0,
    history: timedelta = timedelta(days=30),
    apps: int = 1,
    privacy: str = "masked",
    token_life: float = YEAR,
    refresh_life: float = YEAR,
    read_life: float | None = None,
    write_life: float | None = None,
    refreshable: bool = True,
    refresh_grace: float = 0.0,
    per_second: int | None = None,
    limit_scope: str = "app_api",
    ban: float = 1.0,
    ban_prolongs: bool = False,
    daily_quota: int | None = None,
    allowed_ips: Collection[str] | None = None,
    unpermitted: Collection[str] = (),
    troubles: float = 0.0,
    late_probability: float = 0.0,
    late_by: float = 60.0,
    same_second: int = 0,
    remove_probability: float = 0.0,
    total_cap: int = 100,
    new_fields: bool = False,
    new_words: float = 0.0,
    poison: float = 0.0,
    items: int = 12,
    refunds: str = "after",
    decrypt_quota: int | None = None,
    redirect_uri: str | None = None,
    messages: bool = False,
    message_delay: float = 1.0,
    message_spread: float = 0.0,
    message_twice: float = 0.0,
    message_loss: float = 0.0,
    message_garbage: float = 0.0,
    message_unknown: float = 0.0,
    message_again: float = 600.0,
    message_kept: float = 3 * 86_400.0,
) -> Taobao:
    """A box with that many shops, and `orders` trades in each over `history`.

    `apps`: app keys the shops are spread over. `privacy`: `masked` receivers with OAID,
    `clear` ones as before 2021, `mixed` for every other shop. `token_life`,
    `refresh_life`, `read_life`, `write_life`, `refresh_grace`: seconds; reads and writes
    end with the token when None; a spent refresh token works again within the grace.
    `refreshable` False is a merchant's own app: no refreshing.

    `per_second` calls per `limit_scope` (app_api, api, dynamic) bring a `ban` of seconds,
    which calls during it restart if `ban_prolongs`; `daily_quota` calls per app and
    Beijing day. `allowed_ips`: refuse others; `unpermitted`: methods the app lacks.
    `troubles`: how likely a call fails with one of the `isp.*` sub_codes that pass.

    Changes show up to `late_by` seconds late with `late_probability`; `same_second`
    orders are created in one second; a change is a removal with `remove_probability`.
    `total_cap` matters with total=capped. `new_fields` adds undocumented fields,
    `new_words` is how likely a version gets an undocumented status word, `poison` how
    likely a trade is malformed from birth.

    `items` a shop has at first: six are what trades are about. `refunds`: told in the
    shape `before` dispute_type, the one `after` it, or `mixed`: after, before, after …
    `decrypt_quota`: receivers a shop may have opened on a Beijing day.

    `redirect_uri`: the apps' callback address as registered; None lets any pass. Sellers
    let apps in at /authorize, or by `consent(url, shop)` and `refuse(url)`.

    `messages`: every seller is permitted (taobao.tmc.user.permit) from the start, so that
    changes become messages; `box.messages` has them. Each comes `message_delay` seconds
    after its change and up to `message_spread` more, so that some pass others; a message
    comes `_twice` though confirmed, is lost (`_loss`), says nothing sensible (`_garbage`),
    or comes besides under a topic there is none of (`_unknown`), each with that
    likelihood. An unconfirmed one comes again after `message_again` seconds and is gone
    after `message_kept`.
    """
    if refunds not in REFUNDS:
        raise ValueError(f"no refunds {refunds!r}; there are: {', '.join(REFUNDS)}")
    if privacy not in PRIVACY:
        raise ValueError(f"no privacy {privacy!r}; there are: {', '.join(PRIVACY)}")
    plan = Plan(
        seed=seed,
        shops=shops,
        orders=orders,
        apps=apps,
        history=history,
        same_second=same_second,
        privacy=privacy,
        lives=Lives(token_life, refresh_life, read_life, write_life, refresh_grace),
        refreshable=refreshable,
        limits=Limits(
            per_second=per_second,
            scope=limit_scope,
            ban=ban,
            prolongs=ban_prolongs,
            daily=daily_quota,
        ),
        odds=Odds(late_probability, late_by, remove_probability, new_words, poison),
        allowed_ips=allowed_ips,
        unpermitted=unpermitted,
        troubles=troubles,
        total_cap=total_cap,
        new_fields=new_fields,
        items=items,
        refunds=refunds,
        decrypt_quota=decrypt_quota,
        redirect_uri=redirect_uri,
        telling=Telling(
            on=messages,
            delay=message_delay,
            spread=message_spread,
            twice=message_twice,
            loss=message_loss,
            garbage=message_garbage,
            unknown=message_unknown,
            again=message_again,
            kept=message_kept,
        ),
    )
    return Taobao(plan, clock=clock, switches=switches, faults=faults, latency=latency)
