"""A connector straight at its box: no client between them, and a hand on every stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ..answers import UNFIT, judge
from ..errors import HubError, Unreadable
from ..outgoing import body_of, url_of
from ..plugins import Plugins
from ..ports import Channel, CursorSource, ShopInfo, Source, Stream, Window
from ..sandbox import Account, Platform, Request
from ..wire import JSON, Call, Credentials, Fetched, Item

Answer = TypeVar("Answer")
BETWEEN = 1.0
"""Seconds of the box's time from one call to the next: no limit is met by chance."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the connector made it."""

    call: Call[Any]
    params: JSON = field(repr=False)


class Straight:
    """A session (`ports.Session`) whose calls the box answers at once.

    `spoil` stands between an answer and its reading.
    """

    def __init__(self, plugins: Plugins, id: str, platform: Platform) -> None:
        self.plugins, self.platform = plugins, platform
        self.channel: Channel = plugins.channel(id)
        self.account: Account = platform.accounts()[0]
        self.asked: dict[str, Asked] = {}
        """The first call of each name."""
        self.spoil: Callable[[JSON], JSON] | None = None
        self.facts: Mapping[str, str] = dict(self.channel.facts)
        self.shop, self.who = self._shop(), self._credentials()
        if self.who.token is None and plugins.can(id, "authorisation"):
            grant = plugins.authorisation(id, self).fetch()
            self.who = replace(self.who, token=grant.access_token)

    def _shop(self) -> ShopInfo:
        given, fields = self.account.account, self.channel.account_fields
        return ShopInfo(
            name="graded", external_id=self.account.external_id,
            account={k: v for k, v in given.items() if k in fields},
            settings=self.account.settings,
        )  # fmt: skip

    def _credentials(self) -> Credentials:
        one = self.account
        return Credentials(
            one.app_key, one.app_secret, token=one.access_token,
            account={"shop_id": one.external_id, **one.account}, options=self.facts,
        )  # fmt: skip

    # A session --------------------------------------------------------------------------

    def now(self) -> datetime:
        """The box's time."""
        return datetime.fromtimestamp(self.platform.clock.now(), UTC)

    def send(self, call: Call[Answer], /, **asked: Any) -> Answer:
        """Ask the box and read its answer."""
        params = call.parameters(**asked)
        self.asked.setdefault(call.name, Asked(call, params))
        body = self.ask(call, params)
        return self.read(call, self.spoil(body) if self.spoil else body)

    # Its stages -------------------------------------------------------------------------

    def ask(
        self,
        call: Call[Any],
        params: JSON,
        *,
        who: Credentials | None = None,
        late: timedelta = timedelta(0),
    ) -> JSON:
        """The box's answer, decoded. Raises Unreadable where it is no JSON object."""
        self.platform.clock.advance(BETWEEN)
        made = self.channel.dialect.request(
            call, params, who or self.who, self.now() + late
        )
        url, (body, headers) = url_of(made, "", ""), body_of(made)
        target = url if url.startswith("/") else "/" + url.split("/", 3)[-1]
        lower = {name.lower(): value for name, value in headers.items()}
        answer = self.platform.handle(Request(made.method, target, lower, body))
        try:
            decoded = json.loads(answer.body)
        except ValueError:
            raise Unreadable("the box answers no JSON") from None
        if not isinstance(decoded, dict):
            raise Unreadable("the box answers no JSON object")
        return decoded

    def read(self, call: Call[Answer], body: JSON) -> Answer:
        """As the client reads an answer: whatever does not fit is `Unreadable`."""
        opened = judge(self.channel.dialect, call, body, None, 0.0)
        try:
            return call.read(opened)
        except (*UNFIT, RecursionError) as error:
            raise Unreadable(type(error).__name__) from None

    # What it asks -----------------------------------------------------------------------

    def sources(self) -> dict[str, Source]:
        """What the plugin reads, by kind."""
        return self.plugins.sources(self.channel.id, self)

    def window(self, stream: Stream) -> Window:
        """The longest legal window up to now."""
        now = self.now().replace(microsecond=0)
        return Window(now - min(stream.max_window, stream.look_back), now)

    def page(self, source: Source, stream: Stream) -> tuple[Item, ...]:
        """The first page of a stream."""
        window = self.window(stream)
        if isinstance(source, CursorSource) and stream.paging == "opaque_cursor":
            return source.after(stream, None if stream.is_snapshot else window, None).items
        return source.page(stream, window, 1, count=True).items

    def orders(self, most: int = 10) -> list[Fetched]:
        """Some orders, each as it is had by its id."""
        source = self.plugins.orders(self.channel.id, self)
        names = [
            item.record.external_id if isinstance(item, Fetched) else item.external_id
            for stream in source.streams for item in self.page(source, stream)
        ]  # fmt: skip
        found = [source.record(name) for name in names[:most] if name]
        return [item for item in found if isinstance(item, Fetched)]

    def look_round(self) -> list[str]:
        """Make every call of reading once; gives what could not be asked, and why."""
        said = []
        for kind, source in self.sources().items():
            for stream in source.streams:
                try:
                    items = self.page(source, stream)
                    if stream.by_id and items:
                        source.record(_name(items[0]) or "")
                except HubError as error:
                    said.append(f"{kind} {stream.name}: {error.kind}")
        return said


def _name(item: Item) -> str | None:
    return item.record.external_id if isinstance(item, Fetched) else item.external_id
