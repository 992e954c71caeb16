"""What the hub relies on when a shop's owner lets an app in.

    class TestTeahouseConsents(ConsentsContract):
        @pytest.fixture
        def plugin(self):
            return channel_hub_teahouse

        @pytest.fixture
        def platform(self):
            return create(seed=1, shops=2, orders=10, clock=Clock(NOON))

The sandbox is a `hub_core.sandbox.Consenting`: its page is opened and agreed to by
`consent`. For another platform give `agree`: called with the page's address and a shop's
id, it tells where the owner's browser is sent. Where configuration decides how owners are
asked, give `facts`; without what they name there may be no page, and all but the port's
own test is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

import pytest

from ..errors import HubError, Misconfigured, Retryable
from ..ports import Consent, Consents, Telling, Visit
from ..sandbox import Account, Consenting, Platform
from .asking import only_hub_errors, told
from .authorising import faults_of, tokens_of
from .consenting import (
    BACK,
    CODE,
    STATE,
    VISIT,
    Agree,
    Consented,
    Heard,
    consents_of,
    told_by,
)
from .desk import STRANGE, Desk, failure
from .needs import needs
from .posting import Posted, Posting
from .pushes import Hub
from .spoiling import misshapen

SPOILED = 40


class ConsentsContract(Posted):
    """Inherit, give the fixtures, run."""

    capability = "consents"

    @pytest.fixture
    def shops(self, platform: Platform | None, account: Account) -> Sequence[Account]:
        """Whose owners may agree: the sandbox's."""
        return platform.accounts() if platform else [account]

    @pytest.fixture
    def agree(self, platform: Platform | None) -> Agree:
        """An owner opens the page and says yes: the sandbox's own."""
        if not isinstance(platform, Consenting):
            pytest.skip("give the fixture `agree`: the sandbox has no such page")
        platform.register(BACK)
        return platform.consent

    @pytest.fixture
    def page(self, desk: Desk) -> str:
        """The page's address."""
        try:
            return consents_of(desk).page(VISIT, desk.app)
        except Misconfigured as error:
            pytest.skip(f"there is no page: {error}")

    @pytest.fixture
    def heard(self, request: pytest.FixtureRequest, desk: Desk) -> Heard:
        """What is pushed of a consent, where a push tells it."""
        if consents_of(desk).telling is Telling.CODE:
            return list
        posting: Posting = request.getfixturevalue("posting")
        assert posting.subscribe(Hub(desk)), "the address of pushes was not taken"
        return lambda: told_by(desk, posting)

    @pytest.fixture
    def consented(self, desk: Desk, page: str, agree: Agree, heard: Heard) -> Consented:
        """A shop's owner agrees."""
        return Consented(desk, page, agree, heard)

    # Where owners are sent ---------------------------------------------------------------

    def test_it_satisfies_the_port(self, desk: Desk) -> None:
        """The hub calls what `ports.Consents` names; `event` names the push that tells,
        where one does."""
        how = consents_of(desk)
        assert isinstance(how, Consents)
        assert isinstance(how.telling, Telling)
        assert bool(how.event) is (how.telling is Telling.PUSH)
        assert isinstance(how.apart, str)

    def test_a_page_says_who_asks_and_where_to_come_back(
        self, desk: Desk, page: str
    ) -> None:
        """The state is what tells one login from another; without the app's own address
        the code goes elsewhere. The secret signs, and is never part of an address."""
        parts = urlsplit(page)
        assert (parts.scheme, bool(parts.hostname)) == ("https", True)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
        values = [value for _, value in given]
        assert len({name for name, _ in given}) == len(given)
        assert values.count(STATE) == 1
        assert values.count(desk.app.app_key) == 1
        assert desk.app.app_secret not in page
        if consents_of(desk).telling is Telling.CODE:
            assert values.count(BACK) == 1

    def test_each_visit_has_its_own_page(self, desk: Desk, page: str) -> None:
        """The same visit has the same; another state is another."""
        how = consents_of(desk)
        assert how.page(VISIT, desk.app) == page
        other = Visit(state=STATE[::-1], redirect=BACK)
        assert how.page(other, desk.app) == _replaced(desk, page, other)

    def test_what_is_asked_for_is_named_or_can_not_be(self, desk: Desk, page: str) -> None:
        """Platforms differ in whether a page names scopes: one that does names all, one
        that does not is the same page."""
        asked = Visit(state=STATE, redirect=BACK, scopes=("oolong.read", "oolong.write"))
        named = consents_of(desk).page(asked, desk.app)
        values = [value for _, value in parse_qsl(urlsplit(named).query)]
        one = [v for v in values if all(scope in v for scope in asked.scopes)]
        assert named == page or len(one) == 1

    # What a consent is ------------------------------------------------------------------

    def test_an_owner_lets_the_app_in(
        self, desk: Desk, consented: Consented, shops: Sequence[Account]
    ) -> None:
        """The shop is the one whose owner agreed, by the id its orders are read by; a
        person's token (`apart`) tells no shop."""
        how = consents_of(desk)
        for shop in shops[:2]:
            found = consented(shop.external_id)
            assert found.shop == (None if how.apart else shop.external_id)
            assert found.title is None or found.title.strip()
            assert found.grant is None or how.apart or found.grant.subject == found.shop
            assert set(found.account) <= set(desk.channel.account_fields)
            assert all(value.strip() for value in found.account.values())
            assert found.state == (STATE if how.telling is Telling.PUSH else None)

    def test_the_token_is_the_one_that_was_given(
        self,
        desk: Desk,
        consented: Consented,
        platform: Platform | None,
        account: Account,
    ) -> None:
        """Token, refresh token and how long they hold, as the platform has them: the
        sandbox says what a shop's token is now. Where none is given the app's own
        serves."""
        grant = consented(account.external_id).grant
        if grant is None:
            assert tokens_of(desk).shared, "no token, and the app has none of its own"
            return
        assert faults_of(grant) == []
        assert grant.expires_in != 0
        assert grant.refresh_token != grant.access_token
        now = _now(platform, account) if platform else account
        if now.access_token != account.access_token:
            had = (grant.access_token, grant.refresh_token, grant.expires_in)
            assert had == (now.access_token, now.refresh_token, now.expires_in)

    def test_what_is_allowed_is_told_in_words(
        self, consented: Consented, account: Account
    ) -> None:
        """`hub shop` and the page after a login show them: each once, by the platform's
        name and in its merchants' words; spans as the grant has them."""
        found = consented(account.external_id)
        assert found.permissions, "a consent that allows nothing"
        names = [one.name for one in found.permissions]
        assert len(set(names)) == len(names)
        spans = dict(found.grant.scopes) if found.grant else {}
        for one in found.permissions:
            assert one.name.strip()
            assert one.words.strip() not in ("", one.name)
            assert one.seconds == spans.pop(one.name, None)
        assert spans == {}, "what ends by itself is shown"

    # Codes ------------------------------------------------------------------------------

    @needs(CODE)
    def test_a_code_is_sent_once(
        self, desk: Desk, consented: Consented, account: Account
    ) -> None:
        """One call, and only whose it is may take another: a code is good once."""
        code = consented.code(account.external_id)
        before = len(desk.journal)
        consents_of(desk).redeem(code, BACK)
        assert len(desk.journal) == before + 1
        error = failure(lambda: consents_of(desk).redeem(code, BACK))
        assert error is not None, "a code was good twice"
        assert not isinstance(error, Retryable), "it would be sent again"

    @needs(CODE)
    def test_a_strange_code_is_refused(self, desk: Desk) -> None:
        """Anybody may come back with one; the login ends."""
        error = failure(lambda: consents_of(desk).redeem(STRANGE, BACK))
        assert error is not None, "a code nobody gave out was redeemed"
        assert not isinstance(error, Retryable), "it would be sent again"

    @needs(CODE)
    def test_no_answer_is_taken_for_a_consent(
        self, desk: Desk, refusals: Mapping[str, bytes]
    ) -> None:
        """A token of a login page, stored, costs the shop its good one."""
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            desk.rest()
            act = failure(lambda: consents_of(desk).redeem(STRANGE, BACK))
            assert act is not None, f"{body!r} gave a token"

    @needs(CODE)
    def test_nobodys_shop_is_taken_for_somebodys(
        self,
        desk: Desk,
        consented: Consented,
        account: Account,
        refusals: Mapping[str, bytes],
    ) -> None:
        """Where the shop itself is asked whose the token is, no other answer tells."""
        bare = consents_of(desk).redeem(consented.code(account.external_id), BACK)
        if bare.shop is not None or consents_of(desk).apart:
            assert consents_of(desk).whose(bare) == bare
            return
        for body in (b"", b"{}", b"[]", b"<html>login</html>", *refusals.values()):
            desk.tap.give(body)
            act = failure(lambda: consents_of(desk, bare).whose(bare))
            assert act is not None, f"{body!r} named a shop"

    @needs(CODE)
    def test_wrong_shapes_are_the_hubs_own_errors(
        self, desk: Desk, consented: Consented, account: Account
    ) -> None:
        """An answer of another shape raises a HubError, never a KeyError; where it is
        read none the less the token is whole."""
        code = consented.code(account.external_id)
        consents_of(desk).redeem(code, BACK)
        for body in misshapen(desk.tap.bodies[-1], most=SPOILED):
            desk.tap.give(body)
            desk.rest()
            only_hub_errors(lambda: _sound(consents_of(desk).redeem(code, BACK)))

    # Pushes -----------------------------------------------------------------------------

    def test_what_tells_of_no_consent_is_none(self, desk: Desk) -> None:
        """A push of anything else ends no login; a channel whose consents come by a code
        is told none."""
        how = consents_of(desk)
        wrong = (ValueError, Misconfigured) if how.telling is Telling.CODE else ValueError
        for document in ({}, {"event": STRANGE}, {"event": how.event}):
            with pytest.raises(wrong):
                how.told(document)

    # Secrets ----------------------------------------------------------------------------

    def test_nothing_secret_is_told(
        self, desk: Desk, consented: Consented, account: Account
    ) -> None:
        """Consents are printed by tests that fail, errors by logs."""
        found = consented(account.external_id)
        grant = found.grant
        held = [desk.app.app_secret, *([grant.access_token] if grant else [])]
        held += [grant.refresh_token] if grant and grant.refresh_token else []
        error = failure(lambda: consents_of(desk).redeem(STRANGE, BACK))
        shown = [repr(found), repr(desk.journal), repr(consents_of(desk))]
        shown += told(error) if isinstance(error, HubError) else []
        assert [n for n, secret in enumerate(held) if secret in "".join(shown)] == []


def _now(platform: Platform, account: Account) -> Account:
    mine = (a for a in platform.accounts() if a.external_id == account.external_id)
    return next(mine, account)


def _replaced(desk: Desk, page: str, visit: Visit) -> str:
    """The page as it is with another state: the same but for that, and a signature."""
    given = dict(parse_qsl(urlsplit(page).query))
    made = consents_of(desk).page(visit, desk.app)
    had = dict(parse_qsl(urlsplit(made).query))
    assert had.keys() == given.keys()
    changed = [name for name in given if had[name] != given[name]]
    assert visit.state in [had[name] for name in changed]
    assert len(changed) <= 2, "the state, and a signature over it"
    return made


def _sound(consent: Consent) -> None:
    assert consent.grant is not None
    assert faults_of(consent.grant) == []
    assert consent.shop is None or consent.shop.strip()
    assert all(one.name.strip() and one.words.strip() for one in consent.permissions)
