"""What every platform in a box shares: time, faults, log, truth, and a door for tests."""

from __future__ import annotations

import json
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from email.utils import formatdate
from typing import Any, ClassVar

from .book import Book, Record
from .clock import Clock
from .faults import BEFORE, Fault, Faults, spoil
from .http import Request, Response, json_response
from .log import AccessLog

CONTROL = "/_sandbox/"
"""Paths below it are the box's own, not the platform's."""


class SwitchError(ValueError):
    """A switch that is not there, or a position it does not have."""


@dataclass(frozen=True, slots=True)
class Account:
    """A shop on this platform and what its owner would type into a client."""

    external_id: str
    name: str
    app_key: str
    app_secret: str = field(repr=False)
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    account: Mapping[str, str] = field(default_factory=dict)
    """Further ids a client must send, by the platform's own names."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What kind of shop it is, e.g. its business line or the API shape it speaks."""


@dataclass(frozen=True, slots=True)
class TruthVersion:
    """One version an order had; times in epoch seconds."""

    updated_at: float
    visible_at: float
    status: str
    paid: int | None
    stream: str = "orders"
    """Which list it stood in, by the client's stream name."""


@dataclass(frozen=True, slots=True)
class TruthOrder:
    """What the platform knows of an order. `paid` is what the buyer paid, in fen.

    `status` and `paid` are of the newest version, visible or not.
    """

    external_id: str
    stream: str
    """Which list it stands in now, by the client's stream name: `orders`, `unpaid` …"""
    updated_at: float
    visible_at: float
    status: str
    paid: int | None
    removed: bool
    versions: tuple[TruthVersion, ...] = ()


Facts = Mapping[str, str | int | None]
"""What a client must have understood of a record, under the hub's own names: amounts in
fen, times as epoch seconds, words as the platform writes them (`…_raw`)."""


@dataclass(frozen=True, slots=True)
class TruthRecordVersion:
    """One version a record had; times in epoch seconds."""

    updated_at: float
    visible_at: float
    facts: Facts


@dataclass(frozen=True, slots=True)
class TruthRecord:
    """What the platform knows of a record that is no order.

    `kind` is the hub's word: `product`, `after_sale`, `redemption`, `place`. `facts` are
    those of the newest version, visible or not.
    """

    kind: str
    external_id: str
    updated_at: float
    visible_at: float
    facts: Facts
    removed: bool = False
    versions: tuple[TruthRecordVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing a client's call changed: `stock`, `ship` …, on what, and to what."""

    at: float
    kind: str
    target: str
    """A SKU's or an order's id."""
    facts: Facts


class Platform(ABC):
    """A platform in a box. Drive it by `handle`; serve it with `sandbox.server`.

    Every fact the documents leave open is a switch: its first position is the default.
    `churn_per_call` orders change after each list call that was answered.
    """

    channel: ClassVar[str]
    SWITCHES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "date_header": ("present", "missing")
    }

    KINDS: ClassVar[tuple[str, ...]] = ()
    """The kinds of records it has besides orders."""

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        switches: Mapping[str, str] | None = None,
        faults: Faults | None = None,
        latency: float = 0.0,
    ) -> None:
        self.rng = random.Random(seed)
        self.clock = clock or Clock(running=True)
        self.switches = self._positions(switches or {})
        self.faults = faults or Faults()
        self.log = AccessLog()
        self.book = Book()
        self.latency = latency
        """Virtual seconds each call takes."""
        self.churn_per_call = 0
        self.churn_left: int | None = None
        """Changes still to come of it; None: no end."""
        self.served: set[tuple[str, str]] = set()
        """(account, order id) of every order that ever left in an answer."""
        self._previous: dict[str, Response] = {}

    @classmethod
    def _positions(cls, wanted: Mapping[str, str]) -> dict[str, str]:
        positions = {name: choices[0] for name, choices in cls.SWITCHES.items()}
        for name, position in wanted.items():
            if position not in cls.SWITCHES.get(name, ()):
                known = {k: list(v) for k, v in cls.SWITCHES.items()}
                raise SwitchError(f"{cls.channel}: no {name}={position}; there are {known}")
            positions[name] = position
        return positions

    # What a channel gives ---------------------------------------------------------

    @abstractmethod
    def operation(self, request: Request) -> str:
        """A short stable name for what is asked: `orders.list`, `token` …"""

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """The platform's answer, good or bad, in its own envelope."""

    @abstractmethod
    def accounts(self) -> list[Account]:
        """The shops in this box."""

    @abstractmethod
    def churn(self, changes: int = 1, *, account: str | None = None) -> None:
        """Let that many things happen now: orders placed, paid, used, sent, refunded."""

    @abstractmethod
    def truth_of(self, record: Record) -> TruthOrder:
        """One record, told without the platform's own field names."""

    @abstractmethod
    def error(self, kind: str) -> Response:
        """The platform's own answer for `throttled`, `busy` or `error_body`: HTTP 200, or
        the status it has for them."""

    @abstractmethod
    def emptied(self, body: Any) -> Any:
        """A decoded list answer with its rows taken out, as this platform would say it."""

    def door(self, what: str, asked: Any) -> Any:
        """A further door of this box; None where there is none. Raises ValueError where
        it is asked for what it can't do."""
        return None

    # What the kit does ------------------------------------------------------------

    def truth(self, account: str) -> list[TruthOrder]:
        """Every order of the account as the platform knows it."""
        return [self.truth_of(record) for record in self.book.records(account)]

    def records(self, account: str, kind: str) -> list[TruthRecord]:
        """Every record of that kind the account has, as the platform knows it; none where
        the box has no such kind."""
        return []

    def effects(self, account: str) -> list[Effect]:
        """Everything clients have done to the platform, in the order it took effect: an
        effect stands here once however its answer fared."""
        return []

    def handle(self, request: Request) -> Response:
        """Answer one request, faults, log and the platform's own time included."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        response = self._handle(request)
        if self.switches.get("date_header") == "missing":
            return response
        headers = {"date": formatdate(self.clock.now(), usegmt=True)}
        return replace(response, headers={**headers, **response.headers})

    def _handle(self, request: Request) -> Response:
        self.clock.advance(self.latency)
        operation = self.operation(request)
        fault = self.faults.next(operation)
        if fault is not None and (fault.kind in BEFORE or fault.kind == "error_body"):
            self.log.add(self.clock.now(), operation, "", f"fault:{fault.kind}")
            return self._instead(fault)
        response = self.answer(request)
        if operation.endswith(".list"):
            self._churn_by_call()
        if fault is not None:
            self.log.add(self.clock.now(), operation, "", f"fault:{fault.kind}")
            previous = self._previous.get(operation)
            return spoil(fault, response, previous=previous, empty=self.emptied)
        self._previous[operation] = response
        return response

    def _churn_by_call(self) -> None:
        changes = self.churn_per_call
        if self.churn_left is not None:
            changes = min(changes, self.churn_left)
            self.churn_left -= changes
        if changes:
            self.churn(changes)

    def _instead(self, fault: Fault) -> Response:
        wait = {} if fault.value is None else {"retry-after": f"{fault.value:g}"}
        match fault.kind:
            case "http_429":
                return Response(429, b"", wait)
            case "http_500":
                return Response(
                    500, b"Internal Server Error", {"content-type": "text/plain"}
                )
            case "http_503":
                return Response(503, b"", wait)
            case "timeout":
                return Response(delay=fault.value or 600.0)
            case "reset":
                return Response(reset=True)
            case "html":
                page = "<!doctype html><html><title>登录</title>请先登录网络</html>"
                return Response(200, page.encode(), {"content-type": "text/html"})
            case kind:
                return self.error(kind)

    def _control(self, request: Request) -> Response:
        """The box's own door: truth, log, clock, churn, faults, switches, accounts."""
        what = request.path.removeprefix(CONTROL)
        asked = request.json() if request.body else {}
        match what:
            case "accounts":
                return json_response([_open(a) for a in self.accounts()])
            case "truth":
                accounts = [a.external_id for a in self.accounts()]
                orders = {a: [asdict(t) for t in self.truth(a)] for a in accounts}
                served = sorted({i for _, i in self.served})
                refused = {k: n for k, n in self.log.counts().items() if k != "ok"}
                kinds = {
                    k: {a: [asdict(r) for r in self.records(a, k)] for a in accounts}
                    for k in self.KINDS
                }
                told = {"orders": orders, "served": served, "refused": refused}
                return json_response(told | {"records": kinds})
            case "effects":
                return json_response(
                    {
                        a.external_id: [asdict(e) for e in self.effects(a.external_id)]
                        for a in self.accounts()
                    }
                )
            case "log":
                return json_response([asdict(e) for e in self.log.entries])
            case "clock":
                self.clock.advance(float(asked.get("advance", 0)))
                return json_response({"now": self.clock.now()})
            case "churn":
                if "per_call" in asked:
                    self.churn_per_call = int(asked["per_call"])
                self.churn(int(asked.get("changes", 0)))
                return json_response({"churned": asked})
            case "faults":
                self.faults = Faults(
                    [Fault(**f) for f in asked.get("script", [])],
                    rate=float(asked.get("rate", 0)),
                    seed=int(asked.get("seed", 0)),
                )
                return json_response({"faults": len(self.faults.script)})
            case "switches":
                return json_response(self.switches)
            case _:
                return self._further(what, asked)

    def _further(self, what: str, asked: Any) -> Response:
        try:
            told = self.door(what, asked)
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        if told is None:
            return json_response({"error": f"no {what} here"}, 404)
        return json_response(told)


def _open(account: Account) -> dict[str, Any]:
    """The account with its credentials: made up here, so there is nothing to hide."""
    return json.loads(json.dumps(asdict(account)))  # type: ignore[no-any-return]
