"""What the hub relies on when it fetches and renews tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from ..errors import HubError, Unauthorised
from ..ports import Authorisation, Grant
from .asking import only_hub_errors
from .desk import STRANGE, Desk, failure
from .given import Given
from .needs import Need, needs
from .spoiling import misshapen

SPOILED = 30
LONGEST = timedelta(days=7)
"""A former token that works longer than this would be no former one."""
RENEWED = Need(
    "RENEWED",
    "the shop given has no refresh token",
    lambda desk: desk.account.refresh_token is not None,
)


class AuthorisationContract(Given):
    """Inherit, give the fixtures, run. That a dead token is renewed once, or a person is
    told, the contracts of what is read try on their own calls."""

    capability = "authorisation"

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Authorisation` names; `shared` decides whether a token
        is kept for the app or for the shop."""
        how = tokens_of(desk)
        assert isinstance(how, Authorisation)
        assert type(how.shared) is bool
        assert timedelta(0) <= how.grace <= LONGEST

    def test_a_token_comes_by_itself_or_a_person_is_asked(self, desk: Desk) -> None:
        """`fetch` has a token from the app's credentials alone; where a shop's owner has
        to give it, that is Unauthorised, and nothing is sent in vain."""
        try:
            grant = tokens_of(desk).fetch()
        except Unauthorised:
            assert not tokens_of(desk).shared, "nobody gives an app's own token"
            return
        assert faults_of(grant) == []

    @needs(RENEWED)
    def test_a_token_is_renewed(self, desk: Desk) -> None:
        """The new pair is whole: with the old refresh token alone the shop would stop when
        that one ends. Spans count in seconds from the answer."""
        grant = tokens_of(desk).refresh(desk.account.refresh_token or "")
        assert faults_of(grant) == []

    def test_a_strange_refresh_token_is_unauthorised(self, desk: Desk) -> None:
        """The shop stops and its remedy is named; a Retryable would be tried for ever."""
        error = failure(lambda: tokens_of(desk).refresh(STRANGE))
        if error is None:
            assert tokens_of(desk).shared, "a token nobody gave out was renewed"
        else:
            assert isinstance(error, Unauthorised)

    def test_no_answer_is_taken_for_a_token(
        self, desk: Desk, refusals: Mapping[str, bytes]
    ) -> None:
        """A token of a login page, stored, costs the shop its good one."""
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            assert failure(lambda: _had(desk)) is not None, f"{body!r} gave a token"

    def test_wrong_shapes_are_the_hubs_own_errors(self, desk: Desk) -> None:
        """An answer of another shape raises a HubError, never a KeyError, and no token is
        ever blank."""
        try:
            _had(desk)
        except HubError:
            pytest.skip("the shop given has no token to renew")
        for body in misshapen(desk.tap.bodies[-1], most=SPOILED):
            desk.tap.give(body)
            desk.rest()
            only_hub_errors(lambda: _sound(_had(desk)))

    def test_no_token_is_told(self, desk: Desk) -> None:
        """Tokens are printed nowhere: neither by what holds them nor by the journal."""
        grants: list[Grant] = []
        failure(lambda: grants.append(_had(desk)))
        said = repr(grants) + repr(desk.journal) + repr(tokens_of(desk)) + str(desk.line)
        held = [t for g in grants for t in (g.access_token, g.refresh_token) if t]
        held += [secret for _, secret in desk.secrets()]
        assert [place for place, token in enumerate(held) if token in said] == []


def tokens_of(desk: Desk) -> Authorisation:
    """The plugin's own, on the line as it is."""
    return desk.plugins.authorisation(desk.channel.id, desk.line)


def faults_of(grant: Grant) -> list[str]:
    """What is wrong with a grant, quoting none of it."""
    spans = [grant.expires_in, grant.refresh_expires_in, *grant.scopes.values()]
    said: list[str] = []
    for name in ("access_token", "refresh_token"):
        value = getattr(grant, name)
        sound = isinstance(value, str) and bool(value.strip()) and value == value.strip()
        optional = name == "refresh_token" and value is None
        said += [] if sound or optional else [f"{name} is blank or no text"]
    if any(span is not None and (type(span) is not int or span < 0) for span in spans):
        said.append("a span is no number of seconds")
    return said


def _had(desk: Desk) -> Grant:
    """A grant in whichever way the shop given can have one, from a first refresh token
    that is good once."""
    how = tokens_of(desk)
    if how.shared or desk.account.refresh_token is None:
        return how.fetch()
    return how.refresh(desk.account.refresh_token)


def _sound(grant: Grant) -> None:
    assert faults_of(grant) == []
