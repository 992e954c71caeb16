"""What a list call asks for, checked, and which rows it therefore gets.

Source: paper §3. `type` left out asks for five kinds only; `guarantee_trade` stands for
fixed-price and auction trades alike (wording of the `type` field, apiId 47 and 128).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import gate, pages, privacy, refusals, times
from .shapes import Wanted, wanted
from .shelf import Row
from .trade import Trade
from .world import trade_of

MANY = 100
DEFAULT_KINDS = "guarantee_trade,auto_delivery,ec,cod,step"
STATUSES = frozenset({
    "TRADE_NO_CREATE_PAY", "WAIT_BUYER_PAY", "SELLER_CONSIGNED_PART",
    "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED",
    "TRADE_FINISHED", "TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO", "PAY_PENDING",
    "WAIT_PRE_AUTH_CONFIRM", "PAID_FORBID_CONSIGN",
})  # fmt: skip
GROUPS = {
    "ALL_WAIT_PAY": frozenset({"WAIT_BUYER_PAY", "TRADE_NO_CREATE_PAY"}),
    "ALL_CLOSED": frozenset({"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"}),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A list call. Window ends are epoch seconds, both inclusive."""

    asked: Wanted
    since: float
    until: float
    kinds: frozenset[str]
    statuses: frozenset[str] | None
    buyer_nick: str
    buyer_uid: str
    services_only: bool
    page: int
    size: int
    has_next: bool

    def kept(self, rows: list[Row], app_key: str) -> list[Row]:
        """The rows the filters let through."""
        kinds = self.kinds
        rows = [r for r in rows if r[2] in kinds]
        plain = not (self.buyer_nick or self.buyer_uid or self.services_only)
        if plain and self.statuses is None:
            return rows
        return [r for r in rows if self._wants(trade_of(r[4]), app_key)]

    def _wants(self, trade: Trade, app_key: str) -> bool:
        if self.statuses is not None and trade.word not in self.statuses:
            return False
        if self.buyer_nick and privacy.nick(trade.buyer) != self.buyer_nick:
            return False
        if self.buyer_uid and privacy.open_uid(app_key, trade.buyer) != self.buyer_uid:
            return False
        return bool(trade.services) or not self.services_only


def incremental(params: Mapping[str, str], how: Mapping[str, str], time: str) -> Query:
    """A day at most of `modified` or of arrival (`create`)."""
    start, end = f"start_{time}", f"end_{time}"
    for name in ("fields", start, end):
        if not params.get(name):
            raise refusals.missing(name)
    since, until = gate.moment(params, start), gate.moment(params, end)
    assert since is not None
    assert until is not None
    if until <= since:
        raise refusals.invalid(end)
    if until - since > times.DAY:
        raise refusals.invalid(f"{start}-{end}")
    return _query(params, since, until, how)


def by_creation(params: Mapping[str, str], how: Mapping[str, str], now: float) -> Query:
    """By creation time; without a window all of the last three months."""
    if not params.get("fields"):
        raise refusals.missing("fields")
    since, until = gate.moment(params, "start_created"), gate.moment(params, "end_created")
    since, until = 0.0 if since is None else since, now if until is None else until
    if until < since:
        raise refusals.invalid("end_created")
    return _query(params, since, until, how)


def _query(
    params: Mapping[str, str], since: float, until: float, how: Mapping[str, str]
) -> Query:
    """Ends are whole seconds, so an exclusive end is the second before."""
    return Query(
        asked=wanted(params["fields"]),
        since=since + (how["window_start"] == "exclusive"),
        until=until + 1 - 1e-6 - (how["window_end"] == "exclusive"),
        kinds=kinds_of(params.get("type") or DEFAULT_KINDS),
        statuses=_statuses(params.get("status", "")),
        buyer_nick=params.get("buyer_nick", ""),
        buyer_uid=params.get("buyer_open_uid") or params.get("buyer_open_id", ""),
        services_only=params.get("ext_type") == "service",
        page=gate.number(params, "page_no", 1),
        size=pages.size(params, how, MANY),
        has_next=gate.truth(params, "use_has_next"),
    )


def kinds_of(asked: str) -> frozenset[str]:
    """The trade types that a `type` argument names."""
    kinds = {x.strip() for x in asked.split(",")}
    if "guarantee_trade" in kinds:
        kinds |= {"fixed", "auction"}
    return frozenset(kinds)


def _statuses(asked: str) -> frozenset[str] | None:
    if not asked:
        return None
    if asked not in STATUSES and asked not in GROUPS:
        raise refusals.invalid("status")
    return GROUPS.get(asked, frozenset({asked}))
