"""What a plugin implements, and what it is given. One screen per capability."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from .models import StockLevel
from .wire import JSON, Call, Credentials, Dialect, Fetched, Misread, Page

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `seconds` for calls whose name starts with `prefix`.

    `per` says what shares it: `app` (one app key) or `shop`. `burst` calls may go at
    once; 1 means evenly spaced. With `day` it is a budget instead: at most `calls` on a day
    of the channel's calendar, as they come, of which a part is kept for what is urgent;
    `seconds` is then a day's.
    """

    calls: int
    seconds: float
    prefix: str = ""
    per: str = "app"
    burst: int = 1
    day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A platform, as its plugin announces it."""

    id: str
    """Kebab case: `douyin-laike`."""
    title: str
    """The name its merchants use: 抖音来客."""
    base_url: str
    dialect: Dialect
    adapters: str
    """The package its version files stand in."""
    limits: tuple[Limit, ...] = ()
    zone: str = "Asia/Shanghai"
    account_fields: Mapping[str, str] = field(default_factory=dict)
    """What `shop add` may be told besides the shop's id: field to meaning."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts no document settles (marked C), with their defaults; configuration may
    replace each, and `hub doctor --live` tries to find it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopInfo:
    """The shop a session serves. Holds no credentials."""

    name: str
    external_id: str
    account: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pins: Mapping[str, int] = field(default_factory=dict)


class Session(Protocol):
    """All a connector gets: its own shop, a clock, and a line to the platform."""

    @property
    def shop(self) -> ShopInfo:
        """The one shop this session serves."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """The channel's C-marked facts as configured."""
        ...

    def now(self) -> datetime:
        """The platform's time, aware."""
        ...

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """Check, pace, sign, send and read one call; retried where that may help.

        Raises any `HubError`.
        """
        ...


# Lists ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A span of the stream's own time, both ends inclusive as far as rows are concerned.

    Connectors translate it to what their platform takes; rows a second outside it do
    no harm, rows left out inside it do.
    """

    since: datetime
    until: datetime


class Paging(StrEnum):
    """How a list may be walked without losing rows while they change."""

    REVERSE_OFFSET = "reverse_offset"
    """Numbered pages over a mutable filter: last page first."""
    FORWARD_OFFSET = "forward_offset"
    """Numbered pages over an immutable key, no mutable filter."""
    OPAQUE_CURSOR = "opaque_cursor"
    """The platform hands out where the next page begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A list the hub keeps up with, declared as data; the engine does the rest."""

    name: str
    """`orders`, `unpaid` …; the unit of cursors, coverage and leases."""
    paging: Paging
    order: str
    """The platform's sort order in words. `modified asc` and `modified desc` are promises:
    the key is the time that windows cut by. Else `not documented`."""
    max_window: timedelta
    """The longest span one query may ask for."""
    settle_lag: timedelta
    """How far behind platform time a window must end before its rows can be relied on."""
    overlap: timedelta
    """How much of the former window is read again."""
    page_size: int
    rows_cap: int | None = None
    """Rows beyond which the platform refuses to page: the window is halved instead."""
    is_snapshot: bool = False
    """The list takes no time: it is read whole each time, and what it no longer has is
    gone. Windows and cursors of time mean nothing to it."""
    snapshot_every: timedelta = timedelta(hours=1)
    """How often such a list is read."""
    by_id: bool = True
    """Records can be fetched one by one. Where not, only the list tells of them."""
    list_is_partial: bool = False
    """The list only names rows; each is fetched by id."""
    look_back: timedelta = timedelta(days=90)
    """How far back the platform answers at all. Older is a gap, and said so."""
    reread_every: timedelta | None = timedelta(hours=6)
    """How often an order that is not yet final is fetched by id again, because some
    changes leave the modified time alone. None: never."""
    assumptions: tuple[str, ...] = ()
    """C-marked facts that `complete` leans on."""


@runtime_checkable
class Source(Protocol):
    """The records of one kind of one shop: its orders, products, after-sales …"""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The lists that together hold every record."""
        ...

    def probe(self, stream: Stream, window: Window) -> Page:
        """The cheapest call that tells how many rows the window has.

        Its items count as page 1 when `number` is 1; otherwise they are not used.
        """
        ...

    def page(
        self, stream: Stream, window: Window, number: int, *, count: bool = False
    ) -> Page:
        """Page `number` (from 1). With `count` the answer must carry `total`. Called from
        several threads at once where the platform's limits ask for it, as `probe` is."""
        ...

    def record(self, external_id: str) -> Fetched | Misread | None:
        """One record by its id; None when the platform does not have it. Not called
        where no stream of it is `by_id`."""
        ...


@runtime_checkable
class CursorSource(Source, Protocol):
    """A source with lists whose pages the platform hands out one after the other."""

    def after(self, stream: Stream, window: Window | None, cursor: str | None) -> Page:
        """The page that begins at `cursor` (None: the first). Its own `cursor` is where
        the next begins, None when it was the last.

        `window` is None for a stream that takes no time (`is_snapshot`).
        """
        ...


# Authorisation -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token as the platform gave it. Seconds count from the platform's answer."""

    access_token: str = field(repr=False)
    expires_in: int | None
    refresh_token: str | None = field(default=None, repr=False)
    refresh_expires_in: int | None = None
    scopes: Mapping[str, int] = field(default_factory=dict)
    """Permissions that expire on their own (`read`, `write` …): seconds left."""
    subject: str | None = None
    """The shop it speaks for, when the platform says so."""


@runtime_checkable
class Authorisation(Protocol):
    """How this channel's tokens are had."""

    shared: bool
    """True when one token serves every shop of the app (Laike's client_token)."""
    grace: timedelta
    """How long a former token still works after a new one was fetched."""

    def fetch(self) -> Grant:
        """A token from the app's credentials alone. Raises Unauthorised where a shop's
        owner has to give it."""
        ...

    def refresh(self, refresh_token: str) -> Grant:
        """A new token for an old one."""
        ...


class Telling(StrEnum):
    """How the hub hears that an owner has consented."""

    CODE = "code"
    """The browser comes back with a code."""
    PUSH = "push"
    """The platform pushes it; the browser brings nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An owner's way to a platform's consent page."""

    state: str = field(repr=False)
    """Comes back as it is; of a visit told by a push it is no secret, just its name."""
    redirect: str
    """Where the browser is sent afterwards."""
    scopes: tuple[str, ...] = ()
    """What is asked for, by the platform's names. None: what is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One thing a shop's owner allows."""

    name: str
    """By the platform's name."""
    words: str
    """As its merchants understand it."""
    seconds: int | None = None
    """How long it holds by itself, from the answer on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What an owner has consented to."""

    shop: str | None
    """The shop's id, as the hub knows shops. None: only the shop itself tells (`whose`)."""
    title: str | None = None
    """Its name on the platform."""
    grant: Grant | None = None
    """None: the app's own token serves from now on."""
    permissions: tuple[Permission, ...] = ()
    account: Mapping[str, str] = field(default_factory=dict)
    """Account fields of the channel that are known by it."""
    state: str | None = None
    """Which visit it belongs to, where a push tells it."""


@runtime_checkable
class Consents(Protocol):
    """How a shop's owner lets the app in, in a browser."""

    telling: Telling
    event: str
    """The push that tells of it; blank where a code does."""
    apart: str
    """Not blank: the token is a person's. It tells no shop, and is kept beside the shop's
    own under this name."""

    def page(self, visit: Visit, app: Credentials) -> str:
        """The address of the consent page. Raises Misconfigured where there is none, with
        the words of what to do instead."""
        ...

    def redeem(self, code: str, redirect: str) -> Consent:
        """What a code stands for; sent once, since a code is good once."""
        ...

    def whose(self, consent: Consent) -> Consent:
        """The same with its shop, asked over a line that has the consent's token."""
        ...

    def told(self, document: JSON) -> Consent:
        """What a genuine push tells. Raises ValueError, quoting nothing, where it is none
        of these."""
        ...


# Writing -------------------------------------------------------------------------------


class Effect(StrEnum):
    """What became of one thing that was asked of a platform."""

    CONFIRMED = "confirmed"
    """The platform said so, or shows it."""
    REFUSED = "refused"
    """It said no; nothing changed, and asking again changes nothing."""
    UNKNOWN = "unknown"
    """It may have happened: only looking tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The outcome for one target: a SKU, or an order."""

    target: str
    effect: Effect
    told: int | None = None
    """Of stock: the level the platform says it has now."""
    reason: str | None = None
    """In the platform's words, without personal data."""
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuLevel:
    """Bring one SKU to a level: whole pieces a buyer can order now, never a difference."""

    product_external_id: str
    sku_external_id: str
    available: int
    key: str
    """The same for every attempt at this; 64 hex digits at most, for platforms that take
    one."""


@runtime_checkable
class Stock(Protocol):
    """How a channel's stock is set and looked at, for one shop."""

    most: int
    """SKUs that one call of `set` takes."""
    one_product: bool
    """Whether they must be of one product."""

    def set(self, levels: Sequence[SkuLevel]) -> Sequence[Done]:
        """Set these, in one call to the platform (reading first where it must).

        One outcome for each. Raises the HubError when the call as a whole failed: what a
        Retryable or a lost answer did is not known, any other changed nothing.
        """
        ...

    def level(self, product_external_id: str, sku_external_id: str) -> StockLevel | None:
        """What the platform offers now; None when it has no such SKU."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier as the platform knows it."""

    code: str
    name: str
    waybill_pattern: str | None = None
    """A regular expression its waybill numbers fit, where the platform gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel of an order. Without lines: all that is not sent yet."""

    order_external_id: str
    carrier_code: str
    """The platform's own."""
    tracking_no: str
    line_external_ids: tuple[str, ...] = ()
    is_first: bool = True
    """No parcel of the order went before it."""
    key: str = ""


@runtime_checkable
class Shipping(Protocol):
    """How a channel is told that goods are on their way, for one shop."""

    splits: bool
    """Whether an order can be sent in several parcels."""

    def carriers(self) -> Sequence[Carrier]:
        """The carriers the platform takes."""
        ...

    def send(self, parcel: Parcel) -> Done:
        """Report one parcel. Raises as `Stock.set` does."""
        ...


# Receivers -----------------------------------------------------------------------------


class Purpose(StrEnum):
    """What a receiver is revealed for. The list is closed; each channel has its own words
    for them."""

    SHIPPING = "shipping"
    AFTER_SALES = "after_sales"
    CUSTOMER_SERVICE = "customer_service"
    INVOICE = "invoice"


class Withholding(StrEnum):
    """Why a receiver is not revealed."""

    NOTHING = "nothing_to_reveal"
    """The order has no token and no ciphertext: absent, or an empty text by now."""
    NOT_PERMITTED = "not_permitted"
    """The app may not ask, or not for this."""
    QUOTA_SPENT = "quota_spent"
    NO_WAY = "cannot_be_opened"
    """It is sealed in a way this channel's plugin, or the app's secret, does not open."""
    ORDER_CLOSED = "order_closed"
    STALE = "stale"
    """The address has changed within the last seconds: ask again."""
    REFUSED = "refused"
    """Otherwise, in the platform's words."""
    NOT_SENT = "not_sent"
    """No call was let through just now; nothing was spent."""
    UNKNOWN = "unknown"
    """The answer was lost on its way: it counts as spent. Asking again is asking anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedReceiver:
    """A receiver as the order has it now: handles that open nothing by themselves."""

    order_external_id: str
    token: str | None = field(default=None, repr=False)
    ciphers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By field: `name`, `phone`, `telephone`, `address`, `full_address`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A receiver in clear: for the moment, neither kept nor logged. It prints no one."""

    order_external_id: str
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    extension: str | None = field(default=None, repr=False)
    """To be dialled after a virtual number."""
    telephone: str | None = field(default=None, repr=False)
    province: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    district: str | None = field(default=None, repr=False)
    town: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    is_virtual: bool | None = None
    """Whether `phone` is a number of the platform's. None: it did not say."""
    expires_at: datetime | None = None
    """When such a number ends. None: not said."""
    address_changed: bool | None = None
    """Whether the order the hub has stored was of another receiver. None: who opens it
    can't tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """No receiver, and why."""

    order_external_id: str
    reason: Withholding
    said: str | None = None
    """The platform's word or code, without personal data."""


@runtime_checkable
class Receivers(Protocol):
    """How a channel reveals who its orders go to, for one shop."""

    most: int
    """Orders that one call of `reveal` takes."""

    def cost(self, sealed: SealedReceiver) -> int:
        """What revealing it takes of the platform's quota; 0: it can't be revealed."""
        ...

    def same(self, one: SealedReceiver, other: SealedReceiver) -> bool | None:
        """Whether both stand for one receiver; None where that can't be told."""
        ...

    def reveal(
        self, sealed: Sequence[SealedReceiver], purpose: Purpose
    ) -> Sequence[Revealed | Withheld]:
        """One outcome for each, in one call, sent once: every call is counted and audited
        by the platform. Raises the HubError when the call as a whole failed.
        """
        ...


# Pushes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A request as it came in: from the platform, or from anybody in its name."""

    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """Names in lower case; one that came twice stands here twice."""
    body: bytes = field(default=b"", repr=False)
    query: str = field(default="", repr=False)
    """What stood behind the `?`, as it came."""

    def header(self, name: str) -> str | None:
        """A header that came just once; None where it came not at all, or more often."""
        found = [value for key, value in self.headers if key == name]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a push gives reason to look at. It never says what is so.

    Without `kind` it is about nothing the hub reads by an id.
    """

    event: str
    """The platform's own word."""
    kind: str | None = None
    """What it names a record of: `orders`, `products` …"""
    external_id: str | None = None
    account: str | None = None
    """Whose it is, by the platform's id. None: it does not say, so that of the app's shops
    each is asked for it."""
    message_id: str | None = None
    """Where it is not signed it tells nothing: it is kept and decides nothing."""
    at: datetime | None = None
    wakes: tuple[str, ...] = ()
    """Kinds that take no id and whose lists have something new, if it is true."""


@runtime_checkable
class Pushes(Protocol):
    """How what a channel pushes is told from what others send, and what it is about.

    It is handed the app's secret to tell, and calls no platform.
    """

    thanks: bytes
    """The body of the answer to a push that was kept."""

    def genuine(self, push: Pushed, app: Credentials) -> bool:
        """Whether the platform signed these very bytes; compared in constant time."""
        ...

    def challenge(self, document: JSON, signed: bool, app: Credentials) -> JSON | None:
        """What to answer to a platform that tries whether anybody is there, which may be
        before anything is signed; None for any other push. Echoes nothing but a number or
        a short word."""
        ...

    def hint(self, document: JSON, push: Pushed, app: Credentials) -> Hint:
        """What a genuine push is about. Raises ValueError, quoting nothing, for one that
        is not as the documents say or names another app."""
        ...

    def accounts(self, shop: ShopInfo) -> Sequence[str]:
        """The ids a push may name this shop by."""
        ...


# Messages that are taken ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of an app's messages. The platform hands it out again until it is told that it
    was kept."""

    id: str
    """The platform's own, in no other message of the app."""
    hint: Hint
    """Without `kind` where it can't be read: it is kept, or it would come for ever."""
    body: bytes = field(repr=False)
    """What came, as it came: kept, and not looked at again."""
    receipt: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the platform is told besides the id."""


@runtime_checkable
class Messages(Protocol):
    """An app's messages, of all its shops together: a `Queue` or a `Socket`."""

    gone: Collection[str]
    """Events that say a record is no more: then that it can't be had is no failure."""

    def accounts(self, shop: ShopInfo) -> Sequence[str]:
        """The ids a message may name this shop by."""
        ...

    def permitted(self, session: Session) -> bool:
        """Whether the platform sends the app messages of this shop."""
        ...

    def permit(self, session: Session) -> None:
        """Have it send all that the app has subscribed to."""
        ...


@runtime_checkable
class Queue(Messages, Protocol):
    """Messages that are asked for. The sessions of `idle`, `take` and `confirm` are the
    app's own: they have no token, and a shop without an id."""

    def idle(self, session: Session) -> float:
        """Seconds to wait after the queue was found empty."""
        ...

    def take(self, session: Session) -> Sequence[Message | None]:
        """What there is, up to what one call takes; None for what has no id to confirm it
        by. The same messages come again after a while unless they are confirmed."""
        ...

    def confirm(self, session: Session, messages: Sequence[Message]) -> None:
        """Say that these were kept."""
        ...


@runtime_checkable
class Socket(Messages, Protocol):
    """Messages that come over a connection (a websocket) the hub holds open."""

    def address(self, app: Credentials, now: datetime) -> str:
        """Where to connect to, signed for this moment. Not to be logged."""
        ...

    def rhythm(self, app: Credentials) -> tuple[float, float]:
        """Seconds between two signs of life of ours, and for how long the platform may
        give none before the connection is taken for dead."""
        ...

    def beat(self, now: datetime) -> str:
        """Our sign of life."""
        ...

    def read(self, frame: str) -> Message | None:
        """The message; None for a sign of life. Raises ValueError, quoting nothing, for
        what is neither."""
        ...

    def receipt(self, message: Message, now: datetime) -> str:
        """What says that it was kept."""
        ...


class Verdict(StrEnum):
    """What is answered to a platform that asks for a decision."""

    PENDING = "pending"
    """Not yet: somebody will decide, and tell it by another way."""
    AGAIN = "again"
    """Not yet: it is to ask again."""
    AGREED = "agreed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a platform asks and waits for."""

    kind: str
    """`refund_review` …; `order_status` asks for no decision."""
    key: str
    """The same whenever it asks the same again."""
    order_external_ids: tuple[str, ...] = ()
    amount: int | None = None
    """Minor units that are asked for. None: it does not say."""
    limit: timedelta | None = None
    """How long it waits before it decides by itself."""
    case_external_id: str | None = None
    """The after-sale case it is about, where it names one."""
    verdict: Verdict = Verdict.PENDING
    """What configuration says of it while nobody has decided."""
    codes: int = 0
    """How many codes of the merchant's own it asks for. With these AGREED means: here they
    are."""
    sku_external_id: str | None = None
    """What they are for."""
    outer_code: str | None = None
    """The same in the merchant's words."""
    voucher_external_ids: tuple[str, ...] = ()
    uncoded: tuple[str, ...] = ()
    """Vouchers among them that the platform was never given a code of: who refuses their
    refund has to give one."""
    closes: tuple[str, ...] = ()
    """It asks nothing, and tells that the questions of these keys were decided elsewhere,
    as `verdict` has it."""
    cancelled: tuple[str, ...] = field(default=(), repr=False)
    """Codes that hold no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an order stands with the hub."""

    external_id: str
    uid: str
    """The hub's own id of it."""
    status_raw: str | None
    vouchers: int
    redeemed: int
    refunded: int


@runtime_checkable
class Asks(Protocol):
    """What a channel asks and waits for, with an address of its own for each question."""

    routes: Mapping[str, str]
    """The last part of such an address to what is asked there, in words."""

    def genuine(self, push: Pushed, app: Credentials) -> bool:
        """Whether the platform signed this very request; compared in constant time."""
        ...

    def question(self, route: str, document: JSON, app: Credentials) -> Question:
        """What is asked. Raises ValueError, quoting nothing, where it is not as the
        documents say."""
        ...

    def standings(self, question: Question, known: Sequence[Standing]) -> JSON:
        """The answer to how orders stand; those the hub does not know are left out."""
        ...

    def decision(
        self,
        question: Question,
        verdict: Verdict,
        reason: str | None,
        app: Credentials,
        codes: Sequence[str] = (),
    ) -> JSON:
        """The answer to what asks for a decision; `codes`: one for each it asks for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided of a question that was answered "pending"."""

    question: Question
    verdict: Verdict
    """Agreed or refused."""
    reason: str | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)
    """One for each it asks for; with a refusal: of each `uncoded` voucher."""


@runtime_checkable
class Answering(Protocol):
    """How a channel is told later what was decided of a question, for one shop."""

    def tell(self, decision: Decision) -> Done:
        """Tell it. Raises as `Stock.set` does."""
        ...

    def heard(self, question: Question) -> Verdict | None:
        """What the platform has it for: PENDING where it waits still. None where it does
        not show it, and may be told again."""
        ...
