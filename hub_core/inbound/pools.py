"""Codes of the merchant's own: handed over beforehand, given to who asks, and void."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..access import Audit
from ..errors import Misconfigured
from ..hub import Hub
from ..ports import Verdict
from ..store import codes
from ..store.asks import Ask
from ..store.shops import Shop
from ..store.vault import Vault

CODES = "code_issue"
"""The kind of question that asks for codes."""
POOL = "pool"
"""Who decided, where there were codes."""
FORM = re.compile(r"[!-~]{1,128}")
"""Printable ASCII without blanks; a code may be a link."""
MOST = 10_000
"""Codes that are handed over at once."""


class Misfit(Misconfigured):
    """These codes can't be given to that order."""


def hand_over(hub: Hub, shop: Shop, sku: str, given: Sequence[str], *, by: str) -> int:
    """Put codes for a SKU into a shop's pool; gives how many are new.

    `sku` is the platform's id of it, or the merchant's own code. A code the shop has
    already is left as it is. Raises Misfit, having kept none, for what is no code.
    """
    check(given)
    if not 1 <= len(given) <= MOST:
        raise Misfit(f"between one and {MOST} codes are handed over at once")
    with hub.store.writing(durable=True) as connection:
        new = codes.add(connection, hub.store.vault, shop.id, sku, given, hub.clock.now())
        _wrote(hub, connection, by, "added", shop, sku, new)
    return new


def withdraw(hub: Hub, shop: Shop, sku: str, *, by: str) -> int:
    """Take the free codes of a SKU back; gives how many there were."""
    with hub.store.writing(durable=True) as connection:
        gone = codes.withdraw(connection, shop.id, sku)
        _wrote(hub, connection, by, "withdrawn", shop, sku, gone)
    return gone


def check(given: Sequence[str]) -> None:
    """Raises Misfit for what is no code, or stands there twice; without telling it."""
    if len(set(given)) != len(given):
        raise Misfit("a code stands there twice")
    if not all(map(FORM.fullmatch, given)):
        raise Misfit("a code is up to 128 printable ASCII characters without blanks")


def take(
    connection: Connection, vault: Vault, ask: Ask, vouchers: Sequence[str], at: datetime
) -> bool:
    """Give an order the codes it asks for, of those there are. The merchant's own name of
    a SKU counts where it is known whose the order is."""
    if ask.shop_id is None or not ask.codes:
        return False
    names = [name for name in (ask.sku, ask.outer_code) if name]
    found = codes.take(
        connection, vault, ask.shop_id, names, ask.codes, ask_id=ask.id,
        order_external_id=ask.orders[0], issued_at=at,
    )  # fmt: skip
    codes.name_vouchers(connection, ask.id, vouchers)
    return bool(found)


def fits(ask: Ask, given: Sequence[str]) -> None:
    """Raises Misfit where these are no codes, or not as many as the question takes."""
    check(given)
    if len(given) != ask.codes:
        raise Misfit(f"question {ask.id} takes {ask.codes} codes, not {len(given)}")
    if ask.shop_id is None:
        raise Misfit(f"question {ask.id}: nobody can tell yet which shop it is of")


def give(
    connection: Connection, vault: Vault, ask: Ask, given: Sequence[str], at: datetime
) -> None:
    """Write down the codes an answer brought. Raises Misfit where they do not fit, or one
    was given to another order."""
    fits(ask, given)
    assert ask.shop_id is not None
    sku = ask.sku or ask.outer_code or ""
    if not codes.give(
        connection, vault, ask.shop_id, sku, given, at, ask_id=ask.id,
        order_external_id=ask.orders[0],
    ):  # fmt: skip
        raise Misfit("one of these codes was given away before")


def codes_of(connection: Connection, vault: Vault, ask: Ask) -> list[str]:
    """The codes that go with what was decided: a question's own, else, with a refund that
    is refused, those its order has."""
    final = Verdict.AGREED if ask.kind == CODES else Verdict.REFUSED
    if not ask.codes or ask.shop_id is None or ask.verdict != final:
        return []
    own = codes.of_ask(connection, vault, ask.id)
    if not own and ask.kind != CODES:
        own = codes.of_order(connection, vault, ask.shop_id, ask.orders[0])
    return [one.code for one in own if one.state == codes.ISSUED][: ask.codes]


def void_refunded(
    connection: Connection, vault: Vault, ask: Ask, vouchers: Sequence[str], at: datetime
) -> None:
    """Codes of vouchers whose refund was granted hold no longer."""
    granted = ask.kind != CODES and ask.verdict == Verdict.AGREED
    if granted and ask.shop_id is not None and vouchers:
        codes.void(connection, vault, ask.shop_id, ask.orders[0], at, vouchers=vouchers)


def _wrote(
    hub: Hub, connection: Connection, by: str, done: str, shop: Shop, sku: str, count: int
) -> None:
    Audit.of(hub.store, hub.settings).append(
        connection, actor=by, action=f"codes.{done}", of=f"SKU {sku}",
        details={"shop": shop.name, "codes": count},
    )  # fmt: skip
