"""Whether every amount has its unit in its type, and comes out in fen."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args

from ..models import Order
from ..wire import Wire
from .finding import Finding, found
from .straight import Straight

MONEY = re.compile(
    r"(amount|price|fee|payment|money|paid|discount|freight|postage|subsidy|refund_sum|cost)s?$",
    re.IGNORECASE,
)
BARE = (object, int, float, Decimal, str, Any)


def declared(session: Straight) -> Finding:
    """The types of the version files, and the amounts of some orders against the truth."""
    fields = [one for kind in _wires(session.channel.adapters) for one in _money(kind)]
    wrong = [
        f"{name} has no unit: say Yuan, Whole (fen) …" for name, ok in fields if not ok
    ]
    agreed, more = _amounts(session)
    said = f"{len(fields)} fields of money; {agreed} orders paid as the truth says"
    if not agreed:
        more.append("no amount could be held against the box's truth")
    return found(said, [*wrong, *more])


def _wires(package: str) -> Iterator[type[Wire]]:
    """Every wire model of a package of version files, each once."""
    path = importlib.import_module(package).__path__
    for info in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{info.name}")
        for kind in vars(module).values():
            mine = isinstance(kind, type) and kind.__module__ == module.__name__
            if mine and issubclass(kind, Wire):
                yield kind


def _money(kind: type[Wire]) -> Iterator[tuple[str, bool]]:
    """Its fields that are called as amounts are, and whether each has a unit."""
    shape = kind.__module__.rpartition(".")[2]
    for name, info in kind.model_fields.items():
        if MONEY.search(name) and not _is_model(info.annotation):
            has = bool(info.metadata) or _has_unit(info.annotation)
            yield f"{shape}.{kind.__name__}.{name}", has


def _is_model(hint: Any) -> bool:
    """A field that holds further models has no amount of its own."""
    if isinstance(hint, type):
        return issubclass(hint, Wire)
    return any(_is_model(part) for part in get_args(hint))


def _has_unit(hint: Any) -> bool:
    """Whether something in the type reads the value: plain numbers and texts do not."""
    if getattr(hint, "__metadata__", ()):
        return True
    if hint in BARE or hint is type(None):
        return False
    parts = get_args(hint)
    return any(map(_has_unit, parts)) if parts else True


def _amounts(session: Straight) -> tuple[int, list[str]]:
    account = session.account.external_id
    truth = {one.external_id: one.paid for one in session.platform.truth(account)}
    agreed, wrong = 0, []
    for item in session.orders(20):
        order, paid = item.order, truth.get(item.record.external_id)
        if paid is None:
            continue
        if paid in _paid(order):
            agreed += 1
        else:
            wrong.append("what the buyer paid is not what the box's truth says, in fen")
    return agreed, wrong


def _paid(order: Order) -> tuple[int | None, ...]:
    return order.buyer_paid_amount, order.payable_amount
