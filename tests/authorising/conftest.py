"""A hub whose shops' owners are sent to the box's consent page, and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub_core.authorising import Authorising, Outcome, Sent
from hub_core.settings.tables import HubTable
from hub_core.store.shops import Shop
from tests.harness import Bench, bench

PUBLIC = "https://hub.example.com"


class Desk:
    """A login from its beginning to its end."""

    def __init__(self, one: Bench) -> None:
        self.one, self.hub, self.box = one, one.hub, one.platform
        self.channel = one.platform.channel
        self.hub.settings = one.settings.model_copy(
            update={"hub": HubTable(public_url=PUBLIC)}
        )
        self.door = Authorising(self.hub)
        self.back = f"{PUBLIC}/auth/{self.channel}/callback"
        box: Any = self.box
        box.register(self.back)

    @property
    def ids(self) -> list[str]:
        """The platform's shops."""
        return [account.external_id for account in self.box.accounts()]

    def shop(self, id: str) -> Shop | None:
        """The hub's shop of that id."""
        return next((s for s in self.hub.shops() if s.external_id == id), None)

    def token(self, id: str) -> Any:
        """What is stored of a shop's token."""
        return self.hub.store.tokens.load(f"{self.channel}/{id}")

    def sent(self, **asked: Any) -> Sent:
        return self.door.begin(self.channel, by="wang", redirect=self.back, **asked)

    def consented(self, sent: Sent, id: str) -> str:
        """The query a browser comes back with."""
        box: Any = self.box
        where: str = box.consent(sent.url, id)
        assert where.startswith(f"{self.back}?")
        return urlsplit(where).query

    def came(self, query: str, **how: Any) -> Outcome:
        how = {"channel": self.channel, "at": self.back, **how}
        return self.door.callback(how.pop("channel"), how.pop("at"), query, **how)

    def login(self, id: str, **asked: Any) -> Outcome:
        """The whole way."""
        return self.came(self.consented(self.sent(**asked), id))


Opening = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Opening]:
    """Opens one of a channel; shops are added unless they are to come."""
    closing: list[Any] = []

    def opened(channel: str = "taobao", *, added: bool = True, **how: Any) -> Desk:
        made = bench(channel, tmp_path, orders=2, shops=2, **how)
        one = made.__enter__()
        closing.append(made)
        if not added:
            _forget_shops(one)
        return Desk(one)

    yield opened
    for made in closing:
        made.__exit__(None, None, None)


def _forget_shops(one: Bench) -> None:
    from sqlalchemy import text

    with one.hub.store.writing() as connection:
        connection.execute(text("DELETE FROM shop"))
        connection.execute(text("DELETE FROM token"))
