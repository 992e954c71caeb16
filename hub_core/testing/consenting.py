"""A shop's owner on the way through a platform's consent page and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from ..ports import Consent, Consents, Telling, Visit
from ..wire import JSON
from .desk import Desk
from .needs import Need
from .posting import LONG, Noted, Posting, document_of
from .pushes import pushes_of

BACK = "https://hub.example.com/auth/contract/callback"
STATE = "c0ntract-State_" + "7" * 28
VISIT = Visit(state=STATE, redirect=BACK)
Agree = Callable[[str, str], str]
"""From a page's address and a shop's id to where its owner's browser is sent."""
Heard = Callable[[], Sequence[JSON]]
"""The documents that were pushed since."""


class Consented:
    """A shop's owner goes the whole way; called with the shop's id."""

    def __init__(self, desk: Desk, page: str, agree: Agree, heard: Heard) -> None:
        self._desk, self._page, self._agree, self._heard = desk, page, agree, heard

    def __call__(self, shop: str) -> Consent:
        """What its owner has consented to."""
        if consents_of(self._desk).telling is Telling.PUSH:
            return self._told(shop)
        code = self.code(shop)
        found = consents_of(self._desk).redeem(code, BACK)
        return consents_of(self._desk, found).whose(found)

    def code(self, shop: str) -> str:
        """What the browser comes back with."""
        back = self._agree(self._page, shop)
        assert back.startswith(f"{BACK}?"), "the browser was sent elsewhere"
        found = dict(parse_qsl(urlsplit(back).query))
        assert found.get("state") == STATE
        return found["code"]

    def _told(self, shop: str) -> Consent:
        assert self._agree(self._page, shop) == ""
        event = consents_of(self._desk).event
        documents = [d for d in self._heard() if event in d.values()]
        assert len(documents) == 1, "one push tells of it"
        return consents_of(self._desk).told(documents[0])


def consents_of(desk: Desk, consent: Consent | None = None) -> Consents:
    """The plugin's own, on a line of the app; with a consent's token where one is given."""
    line = desk.of_app(consent.grant if consent else None)
    return desk.plugins.consents(desk.channel.id, line)


CODE = Need(
    "CODE",
    "a push tells of a consent: there is no code",
    lambda desk: consents_of(desk).telling is Telling.CODE,
)


def told_by(desk: Desk, posting: Posting) -> Sequence[JSON]:
    """The documents of what is pushed next; none where nothing is, within an hour."""
    noted = Noted(pushes_of(desk).thanks)
    for _ in range(int(LONG / 60)):
        desk.clock.local.sleep(60)
        if posting.deliver(noted):
            break
    return [document_of(push) for push in noted.pushed]
