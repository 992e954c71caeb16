"""What sending does to a trade: lines with a waybill, and the status that follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .trade import CLOSED, Line, Trade

TO_SEND = "WAIT_SELLER_SEND_GOODS"
PART = "SELLER_CONSIGNED_PART"
SENT = "WAIT_BUYER_CONFIRM_GOODS"


class Parcel(NamedTuple):
    """What one waybill covers. `code` and `name` are the carrier's."""

    code: str
    name: str
    waybill: str
    oids: tuple[int, ...]


def sent(trade: Trade, parcels: Iterable[Parcel], partly: set[int], at: float) -> Trade:
    """The trade with these parcels gone; lines in `partly` are not all sent yet."""
    by = {oid: parcel for parcel in parcels for oid in parcel.oids}
    lines = tuple(
        _gone(x, by[x.oid], x.oid in partly, at) if x.oid in by else x for x in trade.lines
    )
    cod = "ACCEPTED_BY_COMPANY" if trade.cod_status else None
    return followed(trade._replace(lines=lines, sent_at=at, cod_status=cod))


def _gone(line: Line, parcel: Parcel, partly: bool, at: float) -> Line:
    status = PART if partly else SENT
    waybill, courier = parcel.waybill, parcel.name
    return line._replace(status=status, sent_at=at, waybill=waybill, courier=courier)


def completed(trade: Trade, oids: set[int]) -> Trade:
    """Lines that were sent in part are now all sent."""
    lines = tuple(x._replace(status=SENT) if x.oid in oids else x for x in trade.lines)
    return followed(trade._replace(lines=lines))


def relabelled(trade: Trade, parcel: Parcel) -> Trade:
    """Another carrier or number for lines on their way."""
    lines = tuple(
        x._replace(waybill=parcel.waybill, courier=parcel.name)
        if x.oid in parcel.oids
        else x
        for x in trade.lines
    )
    return trade._replace(lines=lines)


def followed(trade: Trade) -> Trade:
    """The trade's status after its lines: sent in part while one has not gone."""
    left = {x.status for x in trade.lines if x.status not in CLOSED} & {TO_SEND, PART}
    return trade._replace(status=PART if left else SENT)
