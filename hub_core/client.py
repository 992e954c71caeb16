"""The one module that talks: a line to a platform for one shop, and the HTTP under it."""

from __future__ import annotations

import logging
import math
import random
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from .answers import (
    UNFIT,
    decode,
    describe,
    http_date,
    judge,
    refusal,
    retry_after,
    unpack,
)
from .breaker import Breaker
from .clock import PlatformClock, SystemClock
from .deadline import Pulse
from .errors import (
    Banned,
    Down,
    Garbled,
    HubError,
    Retryable,
    Throttled,
    TokenExpired,
    Unreadable,
)
from .former import Answered
from .journal import Attempt, JournalEntry, JournalSink, MemoryJournal, new_id
from .masking import mask_text
from .outgoing import body_of, url_of
from .pace import Outwaited, Pace, Rank, ban_keys
from .ports import Channel, ShopInfo
from .sockets import Addresses, Checked, NoQuery, Sockets, Until
from .tokens import StoredToken, Tokens
from .wire import JSON, Call, Credentials, HttpRequest, complaint

# Its command line would bring rich and pygments: a tenth of a second and 9 MB.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402

__all__ = ["Line", "httpx", "open_http"]

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

BODY_CAP = 8 << 20
"""Bytes of an answer, unpacked, beyond which it is not read on."""
THROTTLE_FLOOR = 1.0
"""Seconds to wait at least where a platform says "too fast" without saying for how long."""
TURN = 1.0
"""Seconds a call that only reads again waits for its turn. Where that takes longer, those
that keep up are many, and wait for what its shop holds meanwhile."""
BAN_FLOOR = 60.0
"""The same where it speaks of a ban."""

# The HTTP under it ---------------------------------------------------------------------


def open_http(
    base_url: str = "",
    *,
    proxy: str | None = None,
    verify: ssl.SSLContext | bool = True,
    transport: httpx.BaseTransport | None = None,
    pool: int = 50,
    addresses: Addresses | None = None,
) -> httpx.Client:
    """A client for all lines of one channel. Redirects are not followed, cookies not sent.

    A proxy is taken from `proxy` alone, never from the environment: what goes where is
    the hub's configuration. With `addresses` it connects to what that gives of a host, and
    what that raises is raised here.
    """
    logger = logging.getLogger("httpx")
    if not any(isinstance(known, NoQuery) for known in logger.filters):
        logger.addFilter(NoQuery())
    mounts: dict[str, httpx.BaseTransport] = {}
    if transport is None:
        reach = partial(_transport, pool, proxy, addresses)
        transport = _Late(partial(reach, verify))
        mounts["http://"] = reach(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    return httpx.Client(
        base_url=base_url, transport=transport, mounts=mounts, trust_env=False
    )


class _Late(httpx.BaseTransport):
    """Is made with its first request: whom to trust takes 20 ms to read, and what is
    reached by `http://`, as a box is, never asks.
    """

    def __init__(self, make: Callable[[], httpx.BaseTransport]) -> None:
        self._make = make
        self._made: httpx.BaseTransport | None = None
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """By what is made by then."""
        with self._lock:
            made = self._made = self._made or self._make()
        return made.handle_request(request)

    def close(self) -> None:
        """Close it, where it was made."""
        if self._made is not None:
            self._made.close()


def _transport(
    pool: int,
    proxy: str | None,
    addresses: Addresses | None,
    verify: ssl.SSLContext | bool,
) -> httpx.BaseTransport:
    limits = httpx.Limits(max_connections=pool, max_keepalive_connections=pool)
    transport = httpx.HTTPTransport(verify=verify, limits=limits, proxy=proxy)
    # httpx offers no way to give a call one end in time; its pool does, underneath.
    sockets = transport._pool._network_backend
    made = Checked(sockets, addresses) if addresses else Sockets(sockets)
    transport._pool._network_backend = made  # type: ignore[assignment]
    return transport


# The line ------------------------------------------------------------------------------


class Line:
    """A session (`ports.Session`) with a platform, for one shop.

    Everything it leans on is handed in; what is not is made for this line alone. Lines
    of one channel share `http`, `clock`, `pace` and `breaker`. Calls may be sent from any
    thread.
    """

    def __init__(
        self,
        channel: Channel,
        shop: ShopInfo,
        who: Credentials,
        http: httpx.Client,
        *,
        base_url: str | None = None,
        clock: PlatformClock | None = None,
        pace: Pace | None = None,
        breaker: Breaker | None = None,
        tokens: Tokens | None = None,
        journal: JournalSink | None = None,
        answered: Answered | None = None,
        facts: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        connect: float = 10.0,
        attempts: int = 4,
        patience: float = 60.0,
        body_cap: int = BODY_CAP,
        rng: random.Random | None = None,
    ) -> None:
        self.channel = channel
        self.clock = clock or PlatformClock(SystemClock(), name=channel.id)
        self.pace = pace or Pace(channel.limits, self.clock.local)
        self.breaker = breaker or Breaker(self.clock.local)
        self.tokens = tokens
        """May be set later: they are had over this line."""
        self.journal = journal or MemoryJournal(100)
        self.stream = ""
        """The stream the next calls are for; the journal notes it."""
        self.rank = Rank.INCREMENTAL
        """What the next calls are for; tokens and writes go first whatever it says."""
        self.pulse = Pulse()
        """Told while the hub waits or sends: that time is not the plugin's."""
        self._mine = threading.local()
        self._answered = answered or Answered()
        self._shop, self._who, self._http = shop, who, http
        self._base_url = base_url or channel.base_url
        self._facts = {**channel.facts, **(facts or {})}
        self._timeout, self._connect, self._body_cap = timeout, connect, body_cap
        self._attempts, self._patience = attempts, patience
        self._chance = (rng or random).random
        self._app = f"{channel.id}/{who.app_key}"
        self._until = math.inf

    @property
    def shop(self) -> ShopInfo:
        """The one shop this session serves."""
        return self._shop

    @property
    def facts(self) -> Mapping[str, str]:
        """The channel's C-marked facts as configured."""
        return self._facts

    @property
    def last(self) -> JournalEntry | None:
        """The entry of this thread's newest attempt: where what it read comes from."""
        entry: JournalEntry | None = getattr(self._mine, "last", None)
        return entry

    @property
    def is_new(self) -> bool:
        """Whether this thread's newest good answer is known to be no former one."""
        return bool(getattr(self._mine, "sure", False))

    @property
    def trail(self) -> tuple[JournalEntry | None, bool]:
        """`last` and `is_new`, for a thread that goes on with what this one was given."""
        return self.last, self.is_new

    def follow(self, trail: tuple[JournalEntry | None, bool]) -> None:
        """Go on as if this thread had made another's newest call."""
        self._mine.last, self._mine.sure = trail

    def now(self) -> datetime:
        """The platform's time, aware."""
        return self.clock.now()

    @contextmanager
    def again(self, seconds: float) -> Iterator[None]:
        """What is sent within only reads again: it lets all that keeps up go first, and
        what has no turn soon, or none within so many seconds, is not sent (Outwaited)."""
        former = self.rank, self._until
        self.rank = max(self.rank, Rank.HEAL)
        self._until = min(self._until, self.clock.monotonic() + seconds)
        try:
            yield
        finally:
            self.rank, self._until = former

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """Check, pace, sign, send and read one call; repeated where that may help.

        Raises any HubError, each with channel, shop, call and, where something was sent,
        the journal's id. Waits longer than `patience` are left to the caller: Retryable
        with `after` is raised instead.
        """
        try:
            sending = _Sending(self, call, call.parameters(**asked))
            answer: Answer = self._retrying(call)(sending)
            return answer
        except HubError as error:
            error.at(channel=self.channel.id, shop=self._shop.name, call=call.name)
            raise

    # The one retry layer -----------------------------------------------------------

    def _retrying(self, call: Call[Any]) -> Retrying:
        # A token call may spend what it sends: it is repeated once and no more.
        attempts = self._attempts if call.needs_token else min(2, self._attempts)
        worth = self._turned_away if call.is_write else self._worth_waiting
        return Retrying(
            retry=retry_if_exception(worth),
            wait=self._pause,
            stop=stop_after_attempt(attempts),
            sleep=self._sleep,
            reraise=True,
        )

    def _worth_waiting(self, error: BaseException) -> bool:
        waits = isinstance(error, Retryable) and not isinstance(error, (Down, Outwaited))
        return waits and getattr(error, "after", 0.0) <= self._patience

    def _turned_away(self, error: BaseException) -> bool:
        return isinstance(error, Throttled) and self._worth_waiting(error)

    def _pause(self, state: RetryCallState) -> float:
        """Half of a doubling pause, and up to the other half by chance; never sooner
        than the platform asked for."""
        error = state.outcome.exception() if state.outcome else None
        full = min(2.0**state.attempt_number / 2, 30.0)
        jittered = full / 2 + self._chance() * full / 2
        asked: float = getattr(error, "after", 0.0)
        return asked + jittered / 2 if asked > 0 else jittered

    def _sleep(self, seconds: float) -> None:
        with self.pulse.held():
            self.clock.sleep(seconds)

    # One attempt -------------------------------------------------------------------

    def attempt(
        self, call: Call[Answer], params: JSON, token: StoredToken | None, number: int
    ) -> Answer:
        """Pace, sign, send and read, once. For `_Sending` only."""
        with self.pulse.held():
            rank, most = self._rank_of(call), self._may_wait()
            self.pace.wait(call.name, self._app, self._shop.name, rank, most)
        who = replace(self._who, token=token.access_token) if token else self._who
        request = self.channel.dialect.request(call, params, who, self.clock.now())
        trip = self._trip(params, who, token, number)
        with self.breaker.guard():
            try:
                with self.pulse.held():
                    self._exchange(request, trip)
                answer = self._read(call, self._opened(call, trip))
            except HubError as error:
                self._failed(call, trip, error)
                raise
        self._note(call, trip, None)
        return answer

    def _may_wait(self) -> float:
        """Raises Outwaited where the time for what is sent is up."""
        if self._until == math.inf:
            return math.inf
        left = self._until - self.clock.monotonic()
        if left <= 0:
            raise Outwaited
        return min(left, TURN)

    def _trip(
        self, params: JSON, who: Credentials, token: StoredToken | None, number: int
    ) -> Attempt:
        given = [v for k, v in params.items() if "token" in k and isinstance(v, str)]
        renewal = token.refresh_token if token else None
        return Attempt(
            channel=self.channel.id,
            shop=self._shop.name,
            stream=self.stream,
            number=number,
            at=self.clock.local.now(),
            sent=self.clock.monotonic(),
            params=params,
            secrets=(who.app_secret, who.token, renewal, *given),
        )

    def _exchange(self, request: HttpRequest, trip: Attempt) -> None:
        """Send and read the whole answer, within the time-out and the cap."""
        content, headers = body_of(request)
        total = Until(self._timeout, self.clock)
        connect = Until(min(self._connect, self._timeout), self.clock)
        times = {"connect": connect, "read": total, "write": total, "pool": total}
        made = httpx.Request(
            request.method,
            url_of(request, self._base_url, self.channel.base_url),
            headers=headers,
            content=content,
            extensions={"timeout": times},
        )
        trip.sent_bytes = len(content)
        trip.sent = self.clock.monotonic()
        try:
            self._receive(self._http.send(made, stream=True), trip, total)
        except httpx.TimeoutException as error:
            raise Retryable(f"no answer within {self._timeout:g} s") from error
        except httpx.RequestError as error:
            if trip.status is not None:
                raise Garbled("the answer broke off in its middle") from error
            raise Retryable(f"the line failed: {type(error).__name__}") from error

    def _receive(self, response: httpx.Response, trip: Attempt, total: Until) -> None:
        trip.first = self.clock.monotonic()
        trip.status, trip.headers = response.status_code, response.headers
        try:
            if response.is_stream_consumed:  # a transport of tests that gave it whole
                trip.body = response.content[: self._body_cap]
                return
            coding = response.headers.get("content-encoding", "")
            chunks = self._in_time(response.iter_raw(), total)
            trip.body = b"".join(unpack(chunks, coding, self._body_cap))
        finally:
            response.close()
            del response.stream  # it has the response: neither would go by itself

    def _in_time(self, chunks: Iterator[bytes], total: Until) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            if total.left() <= 0.001:
                raise Retryable(f"the answer was not whole within {self._timeout:g} s")

    # What came back ----------------------------------------------------------------

    def _opened(self, call: Call[Any], trip: Attempt) -> JSON:
        """The envelope opened; HTTP's own word counts where the body has none."""
        assert trip.status is not None
        server = http_date(trip.headers.get("date"))
        wait = retry_after(trip.headers.get("retry-after"), server or self.clock.now())
        refused = refusal(trip.status, call.needs_token, wait)
        try:
            body = decode(trip.body)
        except Garbled as error:
            came = describe(error, trip.headers, trip.body, trip.secrets)
            raise refused or came from error
        self._learn(body, server, trip)
        opened = judge(self.channel.dialect, call, body, refused, wait or 0.0)
        self._refuse_replay(call, trip)
        return opened

    def _refuse_replay(self, call: Call[Any], trip: Attempt) -> None:
        """A good answer bears an id no other has: one seen before is some other call's,
        kept by a proxy or a cache."""
        self._mine.sure = False
        if trip.request_id is None:
            return
        if self._answered.holds(trip.request_id):
            raise Garbled("an answer to a former call came again")
        self._mine.sure = self._answered.add(trip.request_id, call.name)

    def _read(self, call: Call[Answer], opened: JSON) -> Answer:
        try:
            return call.read(opened)
        except (*UNFIT, RecursionError) as error:
            raise Unreadable(complaint(error)) from None  # a cause may quote the answer

    def _learn(self, body: JSON, server: datetime | None, trip: Attempt) -> None:
        """Take the platform's time and its name for this exchange from an answer."""
        dialect = self.channel.dialect
        try:
            trip.request_id = dialect.request_id(body)
            told = server or dialect.server_time(body)
        except UNFIT:
            told = server
        if told is not None and not self._answered.holds(trip.request_id):
            coarse = told.microsecond == 0
            self.clock.learn(told, trip.sent, trip.first, coarse)

    # What is kept of it ------------------------------------------------------------

    def _failed(self, call: Call[Any], trip: Attempt, error: HubError) -> None:
        error.args = (mask_text(str(error.args[0]), trip.secrets),)
        error.request_id = error.request_id or trip.request_id
        if isinstance(error, Banned):
            error.after = error.after or BAN_FLOOR
            key = ban_keys(call.name, self._app, self._shop.name)[error.per]
            until = self.pace.clock.now() + timedelta(seconds=error.after)
            self.pace.ban(key, until, error.args[0])
        elif isinstance(error, Throttled):
            error.after = max(error.after, THROTTLE_FLOOR)
            self.pace.throttled(
                call.name, self._app, self._shop.name, error.after, self._rank_of(call)
            )
        self._note(call, trip, error)

    def _rank_of(self, call: Call[Any]) -> Rank:
        return min(self.rank, _own_rank(call))

    def _note(self, call: Call[Any], trip: Attempt, error: HubError | None) -> None:
        trip.seconds = self.clock.monotonic() - trip.sent
        entry = trip.entry(new_id(self.clock.local), call, error)
        self._mine.last = entry
        if error:
            error.at(journal_id=entry.id)
        try:
            self.journal.note(entry)
        except Exception:
            # What was read stays read: a journal that fails is an alarm, no loss.
            log.exception("%s: the journal did not take an entry", self.channel.id)


def _own_rank(call: Call[Any]) -> Rank:
    """How urgent a call is by itself. All others wait for a token."""
    if call.name.partition(".")[0].endswith("token"):
        return Rank.TOKEN
    return Rank.WRITE if call.is_write else Rank.BACKFILL


class _Sending:
    """One `send` over its attempts: the request stays, number and token move on."""

    def __init__(self, line: Line, call: Call[Answer], params: JSON) -> None:
        self._line, self._call, self._params = line, call, params
        self._tokens = line.tokens if call.needs_token else None
        self._number = 0
        self._refused: int | None = None
        self._renewed = False

    def __call__(self) -> Any:
        token = self._token()
        try:
            return self._go(token)
        except TokenExpired:
            if token is None or self._renewed:
                raise
            self._refused = token.version
        return self._go(self._token())

    def _token(self) -> StoredToken | None:
        """A live one; once the platform has refused one, a newer, and that only once."""
        if self._tokens is None:
            return None
        if self._refused is None:
            return self._tokens.current()
        token = self._tokens.rejected(self._refused)
        self._refused, self._renewed = None, True
        return token

    def _go(self, token: StoredToken | None) -> Any:
        self._number += 1
        answer = self._line.attempt(self._call, self._params, token, self._number)
        if token and self._tokens:
            self._tokens.worked(token.version)
        return answer
