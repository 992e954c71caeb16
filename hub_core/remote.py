"""A hub on another machine, over its API: the same names as `Hub`.

with RemoteHub("https://hub.example.com", key) as hub:
    for change in hub.changes(after=last):  # until there is none left
        order = hub.order(change["uid"])
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NotRequired, Self, TypedDict
from urllib.parse import quote

from .client import httpx, open_http
from .errors import (
    Garbled,
    HubError,
    PositionLost,
    Rejected,
    Retryable,
    Throttled,
    Unauthorised,
)

TRIES = 4
PAUSE = 0.5
"""Seconds before the first repeat; each further one waits twice as long."""
LONGEST = 30.0
Record = dict[str, Any]
"""A record as docs/api.md has it: whole fen, UTC, ids as text."""


class Change(TypedDict):
    """One event of the feed: a hint to fetch the record."""

    seq: int
    at: str
    kind: str
    shop: str
    channel: str
    external_id: NotRequired[str | None]
    uid: NotRequired[str | None]


class Level(TypedDict):
    """What there is of one item."""

    code: str
    on_hand: int
    version: int


class Shipment(TypedDict):
    """What became of a parcel."""

    shop: str
    order: str
    tracking_no: str
    state: str
    said: str | None


class RemoteHub:
    """A client with one key. Thread safe. A write is given a key of its own once and is
    repeated under it: whatever is lost on the way, it is done once.

    Raises Unauthorised (401, 403), Rejected (other refusals, with `code`), Throttled and
    Retryable where it is worth trying later, Garbled for what is no answer of a hub's.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = LONGEST,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = open_http(f"{url.rstrip('/')}/v1/", transport=transport)
        self._http.headers["Authorization"] = f"Bearer {key}"
        self._http.timeout = httpx.Timeout(timeout)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *gone: object) -> None:
        self.close()

    # Reading ---------------------------------------------------------------------------

    def shops(self) -> list[Record]:
        """The shops the key may see."""
        return self._list("shops")

    def coverage(self) -> list[Record]:
        """What is proved of their streams."""
        return self._list("coverage")

    def orders(self, **wanted: Any) -> Iterator[Record]:
        """Orders, page by page: `shop`, `status`, `updated_since` … as in docs/api.md."""
        return self.records("orders", **wanted)

    def order(self, uid: str) -> Record:
        """One order by its hub id."""
        return self.record("orders", uid)

    def records(self, kind: str, **wanted: Any) -> Iterator[Record]:
        """`orders`, `products`, `after-sales`, `redemptions` or `places`."""
        asked = {name: _plain(value) for name, value in wanted.items()}
        while True:
            said = self._ask("GET", kind, params=asked)
            yield from said["data"]
            if said["next"] is None:
                return
            asked["cursor"] = said["next"]

    def record(self, kind: str, uid: str) -> Record:
        """One of them by its hub id."""
        found: Record = self._ask("GET", f"{kind}/{uid}")
        return found

    def changes(self, after: int = 0, **wanted: Any) -> Iterator[Change]:
        """The feed from a position to where it stands now. `position` of the last one that
        was booked is where the next reading begins. Raises PositionLost where what comes
        after it is not kept any more: note `newest`, take a new copy, follow from there."""
        while True:
            found, after, more = self.some_changes(after, **wanted)
            yield from found
            if not more:
                return

    def newest(self) -> int:
        """The feed's newest position: noted before a first copy, followed after it."""
        found: int = self._ask("GET", "changes", params={"newest": True})["newest"]
        return found

    def some_changes(
        self, after: int = 0, limit: int = 500, **wanted: Any
    ) -> tuple[list[Change], int, bool]:
        """One page: the changes, the position to go on from, whether more are there. The
        position moves though what the key may not see is left out."""
        asked = {"after": after, "limit": limit, **wanted}
        said = self._ask("GET", "changes", params=asked)
        return said["changes"], said["next"], said["more"]

    def _list(self, path: str) -> list[Record]:
        found: list[Record] = self._ask("GET", path)["data"]
        return found

    def quota(self, days: int = 1) -> Record:
        """What calls were `used` in so many days (today's included), how `limits` stand
        now, and `bans`."""
        found: Record = self._ask("GET", "quota", params={"days": days})
        return found

    # Writing ---------------------------------------------------------------------------

    def stock_levels(self) -> list[Record]:
        """Every item."""
        return self._list("stock")

    def set_stock(self, code: str, on_hand: int, *, key: str | None = None) -> Level:
        """An item's level, as the ERP counts it."""
        found: Level = self._write("PUT", f"stock/{_path(code)}", {"on_hand": on_hand}, key)
        return found

    def adjust_stock(self, code: str, by: int, *, key: str | None = None) -> Level:
        """Change it by so much; once for each key."""
        path = f"stock/{_path(code)}/adjustments"
        found: Level = self._write("POST", path, {"by": by}, key)
        return found

    def ship(
        self,
        shop: str,
        order: str,
        *,
        carrier: str,
        tracking_no: str,
        lines: list[str] | None = None,
        key: str | None = None,
    ) -> Shipment:
        """Report a parcel. The same waybill again is the same parcel."""
        body = {
            "shop": shop, "order": order, "carrier": carrier, "tracking_no": tracking_no,
            "lines": lines or [],
        }  # fmt: skip
        found: Shipment = self._write("POST", "shipments", body, key)
        return found

    # What platforms ask ----------------------------------------------------------------

    def questions(self, **wanted: Any) -> list[Record]:
        """What platforms wait on, the most urgent first: `shop`, `kind`, `state`,
        `limit`."""
        found: list[Record] = self._ask("GET", "questions", params=wanted)["data"]
        return found

    def question(self, id: int) -> Record:
        """One question by its number."""
        found: Record = self._ask("GET", f"questions/{id}")
        return found

    def answer(
        self,
        id: int,
        verdict: str,
        *,
        reason: str | None = None,
        codes: Sequence[str] = (),
        key: str | None = None,
    ) -> Record:
        """Decide it: `agreed` or `refused`, with the codes it takes. The first decision
        stands: Rejected with code `decided` for another, `too_late` after its limit."""
        body = {"verdict": verdict, "reason": reason, "codes": list(codes)}
        found: Record = self._write("POST", f"questions/{id}/answer", body, key)
        return found

    def codes(self, question: int) -> list[Record]:
        """The codes a question was answered with, in clear; audited."""
        return self._list(f"questions/{question}/codes")

    def code_pools(self) -> list[Record]:
        """How many codes there are, by shop and SKU."""
        return self._list("codes")

    def hand_over_codes(
        self, shop: str, sku: str, codes: Sequence[str], *, key: str | None = None
    ) -> int:
        """Codes for a SKU, to be given to orders; gives how many are new."""
        body = {"shop": shop, "sku": sku, "codes": list(codes)}
        return int(self._write("POST", "codes", body, key)["new"])

    # Webhooks --------------------------------------------------------------------------

    def endpoints(self) -> list[Record]:
        """All endpoints."""
        return self._list("endpoints")

    def endpoint(self, uid: str) -> Record:
        """One of them."""
        found: Record = self._ask("GET", f"endpoints/{_path(uid)}")
        return found

    def add_endpoint(self, url: str, *, key: str | None = None, **wanted: Any) -> Record:
        """A new one: `events`, `shops`, `company`, `description`, `after`. Its `secret` is
        null where the first answer was lost: `rotate_endpoint` then."""
        found: Record = self._write("POST", "endpoints", {"url": url, **wanted}, key)
        return found

    def change_endpoint(self, uid: str, **wanted: Any) -> Record:
        """`state`, `events`, `shops`, `description`."""
        found: Record = self._ask("PATCH", f"endpoints/{_path(uid)}", json=wanted)
        return found

    def remove_endpoint(self, uid: str) -> None:
        """Forget it, with what waits for it."""
        self._ask("DELETE", f"endpoints/{_path(uid)}")

    def rotate_endpoint(
        self, uid: str, hours: float = 24.0, *, key: str | None = None
    ) -> Record:
        """A new secret; the former one signs beside it for so long."""
        path = f"endpoints/{_path(uid)}/rotate"
        found: Record = self._write("POST", path, {"hours": hours}, key)
        return found

    def test_endpoint(self, uid: str) -> Record:
        """Send it a message that tells of nothing: what came of it."""
        found: Record = self._ask("POST", f"endpoints/{_path(uid)}/test")
        return found

    def endpoint_messages(self, uid: str, **wanted: Any) -> list[Record]:
        """Its messages without their bodies: `state` (`dead`, `waiting`), `limit`."""
        path = f"endpoints/{_path(uid)}/messages"
        found: list[Record] = self._ask("GET", path, params=wanted)["data"]
        return found

    def replay(
        self, uid: str, messages: Sequence[str] | None = None, *, key: str | None = None
    ) -> int:
        """Send dead letters again, those named or all; gives how many."""
        path = f"endpoints/{_path(uid)}/replay"
        return int(self._write("POST", path, {"messages": messages}, key)["replayed"])

    # Jobs ------------------------------------------------------------------------------

    def jobs(self, **wanted: Any) -> list[Record]:
        """Work that was asked for, the newest first: `shop`, `state`, `limit`."""
        found: list[Record] = self._ask("GET", "jobs", params=wanted)["data"]
        return found

    def job(self, id: int) -> Record:
        """One job: how far it is, how it ended."""
        found: Record = self._ask("GET", f"jobs/{id}")
        return found

    def start_job(
        self, kind: str, shop: str, *, key: str | None = None, **what: Any
    ) -> Record:
        """Ask for a `backfill` (`since`), a `heal` (`days`) or a `rebuild` (`kinds`) of a
        shop; `streams`: only these."""
        asked = {name: _plain(value) for name, value in what.items()}
        found: Record = self._write(
            "POST", "jobs", {"kind": kind, "shop": shop, **asked}, key
        )
        return found

    def change_job(self, id: int, action: str, *, key: str | None = None) -> Record:
        """`cancel`, `pause` or `retry` one; as it stands then."""
        found: Record = self._write("POST", f"jobs/{id}/{_path(action)}", {}, key)
        return found

    def _write(self, method: str, path: str, body: Record, key: str | None) -> Any:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._ask(method, path, json=body, headers=headers)

    # The wire --------------------------------------------------------------------------

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        for n in range(TRIES):
            try:
                return _read(self._send(method, path, more))
            except Retryable as error:
                if n == TRIES - 1:
                    raise
                time.sleep(min(error.after or PAUSE * 2**n, LONGEST))
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, more: Record) -> httpx.Response:
        try:
            return self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise Retryable(
                f"the hub could not be reached: {type(error).__name__}"
            ) from None


def _read(answer: httpx.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        raise Garbled(f"status {answer.status_code}, and no JSON: is it a hub?") from None
    if answer.is_success:
        return said
    raise _refusal(answer, said if isinstance(said, dict) else {})


def _refusal(answer: httpx.Response, said: Record) -> HubError:
    detail, code = str(said.get("detail", "")), said.get("code")
    waits = answer.headers.get("retry-after", "")
    after = float(waits) if waits.isdecimal() else 0.0
    if answer.status_code == 429:
        return Throttled(detail, after=after, code=code)
    if code == "in_progress" or answer.status_code >= 500:
        return Retryable(detail, after=after, code=code)
    if answer.status_code in (401, 403):
        return Unauthorised(detail, code=code)
    if answer.status_code == 410:
        return PositionLost(detail, code=code)
    return Rejected(detail, code=code)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _path(code: str) -> str:
    return quote(code, safe="")
