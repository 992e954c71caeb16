"""Places (门店), first shape: the shops of an account, page by page.

Since 2022, until now; read in all its forms. 2022: `account` with the place's own account
and the brand's above it; 2023: `root_account`. Either an account or one place is asked
for; with both the platform goes by the account. 100 rows a page in 2023, 50 by a client
of 2025: 50 are asked.
Source: page life.capacity.shop (2023 copy); channel paper §3.1, §6 V17.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator, TypeAdapter, model_validator

from hub_core.models import Issue, Place
from hub_core.wire import (
    JSON,
    Ask,
    Call,
    Id,
    Page,
    SomeId,
    SomeText,
    SomeWhole,
    Wire,
    row_reader,
)

from . import lists
from .common import ext

PATH = "/goodlife/v1/shop/poi/query/"
PAGE_SIZE = 50


class PlaceQuery(Ask):
    """Places of an account, or one place by its id; pages from 1."""

    account_id: str | None = Field(default=None, min_length=1)
    poi_id: str | None = Field(default=None, min_length=1)
    page: int = Field(default=1, ge=1)
    size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE)

    @model_validator(mode="after")
    def _whose(self) -> PlaceQuery:
        if (self.account_id is None) == (self.poi_id is None):
            raise ValueError("account_id or poi_id, one of the two")
        return self


def _degrees(value: Any) -> float | None:
    """A coordinate as number or text; the 0 of a place without one is None."""
    if value in (None, "", 0, "0"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("degrees")
    if not -180 <= (degrees := float(value)) <= 180:
        raise ValueError("degrees")
    return degrees


Degrees = Annotated[float | None, PlainValidator(_degrees)]


class WirePoi(Wire):
    """The place itself. GCJ-02 degrees, as the platform's match tasks take them."""

    poi_id: Id
    poi_name: SomeText = None
    address: SomeText = None
    latitude: Degrees = None
    longitude: Degrees = None


class WireAccount(Wire):
    """An account by its id."""

    account_id: SomeId = None
    account_type: SomeText = None


class Accounts(Wire):
    """The place's own account and the one above it (2022)."""

    parent_account: WireAccount | None = None
    poi_account: WireAccount | None = None


class WirePlace(Wire):
    """One place with the accounts it stands under."""

    poi: WirePoi
    account: Accounts | None = None
    root_account: WireAccount | None = None


class About(Wire):
    """How many places there are."""

    total: SomeWhole = None


WIRE = TypeAdapter(WirePlace)
NO_ACCOUNTS, NO_ACCOUNT = Accounts(), WireAccount()


def read_place(wire: WirePlace) -> Place:
    """A place has no time of its own: the list is its only clock."""
    accounts = wire.account or NO_ACCOUNTS
    own = accounts.poi_account or NO_ACCOUNT
    above = accounts.parent_account or NO_ACCOUNT
    return Place(
        external_id=wire.poi.poi_id,
        name=wire.poi.poi_name or "",
        address=wire.poi.address,
        latitude=wire.poi.latitude,
        longitude=wire.poi.longitude,
        account_external_id=own.account_id,
        root_account_external_id=(wire.root_account or NO_ACCOUNT).account_id,
        issues=_issues(wire.poi),
        ext=ext(
            account_type=own.account_type,
            parent_account_id=above.account_id,
            parent_account_type=above.account_type,
        ),
    )


def _issues(poi: WirePoi) -> tuple[Issue, ...]:
    """Degrees that lie in China only the other way round: kept as they came, and said."""
    at = (poi.latitude, poi.longitude)
    if at[0] is None or at[1] is None:
        return ()
    swapped = 73 <= at[0] <= 136 and 3 <= at[1] <= 54
    if swapped or abs(at[0]) > 90:
        return (Issue("latitude", "looks_swapped"),)
    return ()


def read(data: JSON) -> Page:
    """A page of places. Raises KeyError when there is neither a list nor a count of 0."""
    rows, total = lists.rows_of(data, "pois"), About.model_validate(data).total
    if rows is None and total != 0:
        raise KeyError("pois")
    return lists.read_list(
        rows or [], WIRE, read_place, lambda row: row["poi"]["poi_id"], total=total
    )


def _call(name: str) -> Call[Page]:
    return Call(
        name=name,
        endpoint=PATH,
        ask=PlaceQuery,
        read=read,
        method="GET",
        shape="places_v1",
        status="simulated",
    )


LIST, GET = _call("places.list"), _call("places.get")
READ_ROW = row_reader(WIRE, read_place)
