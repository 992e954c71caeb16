"""Tokens: renewed once, kept whatever happens, given up only when the platform says so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from hub_core.errors import HubError, Retryable, Unauthorised
from hub_core.ports import Grant
from hub_core.sandbox import Fault
from hub_core.tokens import MemoryTokenStore, StoredToken, TokenDiedEarly, Tokens
from tests.client.corner import LIST, Bench, CornerTokens

SUBJECT = "corner/flagship"


def stored(bench: Bench) -> StoredToken:
    token = bench.store.load(SUBJECT)
    assert token is not None
    return token


def token_calls(bench: Bench) -> list[str]:
    return [e.outcome for e in bench.box.log.entries if e.operation == "token"]


def in_threads(count: int, work: object) -> list[BaseException]:
    """Run it in so many threads at once; what they raised."""
    raised: list[BaseException] = []
    together = threading.Barrier(count)

    def run() -> None:
        together.wait()
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_live_token_is_used_as_it_is() -> None:
    bench = Bench()
    line = bench.line()
    for _ in range(3):
        line.send(LIST)
    assert token_calls(bench) == []


def test_t1_fifty_threads_at_expiry_refresh_once() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)
    lines = [bench.line() for _ in range(50)]
    for other in lines:
        other.tokens = line.tokens
    waiting = iter(lines)
    assert in_threads(50, lambda: next(waiting).send(LIST)) == []
    assert token_calls(bench) == ["ok"]
    assert stored(bench).version == 2


def test_t1_fifty_refusals_of_one_token_refresh_once() -> None:
    bench = Bench()
    tokens = bench.line().tokens
    assert tokens is not None
    bench.box.live.clear()
    seen: list[str] = []
    assert in_threads(50, lambda: seen.append(tokens.rejected(1).access_token)) == []
    assert token_calls(bench) == ["ok"]
    assert set(seen) == {"access-1"}


def test_t2_two_processes_on_one_store_refresh_once() -> None:
    bench = Bench()
    one, other = bench.line().tokens, bench.line().tokens
    assert one is not None
    assert other is not None
    bench.box.clock.advance(7200.0)
    both = iter([one, other] * 10)
    assert in_threads(20, lambda: next(both).current()) == []
    assert token_calls(bench) == ["ok"]


def test_t3_a_lost_refresh_answer_is_asked_for_once_more_and_then_a_person(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(Fault("reset_after", operation="token", calls=frozenset({1})))
    line = bench.line()
    bench.box.clock.advance(7200.0)
    for _ in range(5):
        with pytest.raises(Unauthorised, match="authorise the shop again"):
            line.send(LIST)
    assert len(token_calls(bench)) == 3  # given and lost (noted twice), then refused
    assert stored(bench).state == "needs_reauth"
    assert caplog.text.count("authorise the shop again") == 1


def test_t3_a_lost_refresh_request_costs_nothing() -> None:
    bench = Bench(Fault("reset", operation="token", calls=frozenset({1})))
    line = bench.line()
    bench.box.clock.advance(7200.0)
    assert line.send(LIST) == [1]
    assert stored(bench).access_token == "access-1"


def test_t4_a_loser_who_is_refused_late_uses_the_winners_token() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)

    class Late(CornerTokens):
        """Refreshes after somebody else has, without a lease between them."""

        def refresh(self, refresh_token: str) -> Grant:
            winner = CornerTokens(self.session).refresh(refresh_token)
            assert bench.store.save_if(SUBJECT, 1, renewed(bench, winner))
            return super().refresh(refresh_token)

    assert line.tokens is not None
    line.tokens.authorisation = Late(line)
    assert line.send(LIST) == [1]
    assert token_calls(bench) == ["ok", "10"]
    assert (stored(bench).state, stored(bench).access_token) == ("ok", "access-1")


def renewed(bench: Bench, grant: Grant) -> StoredToken:
    """What another process would have stored."""
    now = bench.clock.now()
    return StoredToken(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=now + timedelta(seconds=grant.expires_in or 0),
        version=stored(bench).version + 1,
        fetched_at=now,
    )


def test_t4_of_two_good_answers_the_later_one_is_kept() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)

    class Slow(CornerTokens):
        def refresh(self, refresh_token: str) -> Grant:
            mine = super().refresh(refresh_token)
            other = replace(stored(bench), access_token="older", version=2)
            assert bench.store.save_if(SUBJECT, 1, other)
            return mine

    assert line.tokens is not None
    line.tokens.authorisation = Slow(line)
    assert line.tokens.current().access_token == "access-1"
    assert (stored(bench).access_token, stored(bench).version) == ("access-1", 3)


@pytest.mark.parametrize("k", range(1, 21))
def test_t5_a_token_that_dies_between_pages_costs_no_page(k: int) -> None:
    bench = Bench()
    line = bench.line()
    read: list[int] = []
    for page in range(1, 22):
        if page == k:
            bench.box.live.clear()
        row: list[int] = line.send(LIST, page=page)
        read.append(row[0])
    assert read == list(range(1, 22))
    assert [e.params["page"] for e in bench.journal.entries if e.code == "19"] == [k]
    assert token_calls(bench) == ["ok"]


def test_t6_a_revoked_shop_stops_after_three_calls_and_disturbs_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    line, other = bench.line(), bench.line(shop="other")
    other.tokens = bench.tokens(other, "corner/other")
    bench.box.revoked = True
    bench.box.live.clear()
    bench.box.live["access-other"] = bench.box.clock.now() + 1e6
    good = bench.store.load("corner/other")
    assert good is not None
    far = bench.clock.now() + timedelta(days=9)
    good = replace(good, access_token="access-other", version=2, expires_at=far)
    assert bench.store.save_if("corner/other", 1, good)
    other.tokens = bench.tokens(other, "corner/other")
    for _ in range(60):
        with pytest.raises(Unauthorised):
            line.send(LIST)
        assert other.send(LIST) == [1]
        bench.system.sleep(60.0)
    of_the_shop = [e for e in bench.journal.entries if e.shop == "flagship"]
    assert len(of_the_shop) <= 3
    assert caplog.text.count("authorise the shop again") == 1


def test_t6_work_goes_on_once_a_person_has_authorised_again() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.revoked = True
    bench.box.live.clear()
    with pytest.raises(Unauthorised):
        line.send(LIST)
    bench.box.live["by-hand"] = bench.box.clock.now() + 7200
    assert line.tokens is not None
    line.tokens.accept(Grant(access_token="by-hand", expires_in=7200))
    assert line.send(LIST) == [1]


def test_t6_a_person_may_take_up_a_stopped_authorisation_as_it_is() -> None:
    bench = Bench(shared=True)
    line = bench.line()
    bench.box.live.clear()
    bench.box.revoked = True
    with pytest.raises(Unauthorised):
        line.send(LIST)
    bench.box.revoked = False
    assert line.tokens is not None
    line.tokens.reopen()
    assert line.send(LIST) == [1]


def test_t7_an_authorisation_of_another_shop_is_refused_and_not_kept() -> None:
    bench = Bench()
    line = bench.line()
    line.tokens = bench.tokens(line, owner="s1")
    with pytest.raises(Unauthorised, match="another shop"):
        line.tokens.accept(Grant(access_token="x", expires_in=60, subject="s2"))
    assert stored(bench).access_token == "access-0"
    line.tokens.accept(Grant(access_token="y", expires_in=60, subject="s1"))
    assert stored(bench).owner == "s1"


@pytest.mark.parametrize(("foreign", "state"), [(1, "ok"), (2, "needs_reauth")])
def test_t7_a_shop_is_stopped_only_where_a_renewal_speaks_for_another_twice(
    foreign: int, state: str
) -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)
    came = []

    class Misrouted(CornerTokens):
        """A cache gives it what another shop was given, so many times."""

        def refresh(self, refresh_token: str) -> Grant:
            came.append(refresh_token)
            if len(came) <= foreign:
                return Grant(access_token="another's", expires_in=60, subject="s2")
            return super().refresh(refresh_token)

    line.tokens = bench.tokens(line, owner="s1")
    line.tokens.authorisation = Misrouted(line)
    with suppress(Unauthorised):
        line.send(LIST)
    assert came == ["refresh-0", "refresh-0"]
    assert stored(bench).state == state
    assert stored(bench).access_token != "another's"


def test_t8_a_token_is_renewed_before_its_end_by_the_platforms_clock() -> None:
    for skew in (-900.0, 0.0, 900.0):
        bench = Bench(skew=skew)
        line = bench.line()
        line.send(LIST)
        first = len(bench.journal.entries)
        for _ in range(40):
            bench.system.sleep(600.0)
            line.send(LIST)
        late = [e for e in bench.journal.entries[first:] if e.outcome != "ok"]
        assert len(late) <= 1  # the first token was stored by a clock not yet corrected
        assert len(token_calls(bench)) == 3 or skew


def test_a_refresh_that_fails_ahead_of_the_end_leaves_the_old_token_in_use() -> None:
    bench = Bench(Fault("http_503", operation="token"))
    line = bench.line()
    bench.box.clock.advance(7000.0)
    for _ in range(20):
        assert line.send(LIST) == [1]
        bench.system.sleep(1.0)
    assert len(token_calls(bench)) == 2  # one refresh, repeated once, then a rest
    bench.box.clock.advance(200.0)
    with pytest.raises(Retryable):
        line.send(LIST)
    assert stored(bench).state == "ok"


def test_a_token_added_without_a_refresh_token_is_never_refreshed() -> None:
    bench = Bench()
    bench.give(SUBJECT, refresh_token=None)
    line = bench.line()
    assert line.send(LIST) == [1]
    bench.box.live.clear()
    with pytest.raises(Unauthorised, match="authorise the shop again"):
        line.send(LIST)
    assert token_calls(bench) == []


def test_a_refresh_token_past_its_end_is_not_sent() -> None:
    bench = Bench()
    bench.give(SUBJECT, refresh_expires_at=bench.clock.now() + timedelta(hours=1))
    line = bench.line()
    bench.box.clock.advance(7200.0)
    with pytest.raises(Unauthorised, match="refresh token has ended"):
        line.send(LIST)
    assert bench.calls == 0


def test_a_channel_that_cannot_renew_says_so() -> None:
    bench = Bench()
    line = bench.line()
    assert line.tokens is not None
    line.tokens.authorisation = None
    bench.box.clock.advance(7200.0)
    with pytest.raises(Unauthorised, match="cannot renew"):
        line.send(LIST)


def test_a_refresh_token_that_stays_the_same_is_kept() -> None:
    bench = Bench()
    tokens = bench.line().tokens
    assert tokens is not None
    made = tokens.accept(Grant(access_token="longer", expires_in=9, scopes={"read": 60}))
    assert made.refresh_token == "refresh-0"
    assert made.scopes["read"] == bench.clock.now() + timedelta(seconds=60)
    assert made.former_dies_at == bench.clock.now() + timedelta(minutes=5)


# Shared tokens ---------------------------------------------------------------------------


def test_a_shared_token_is_fetched_when_there_is_none() -> None:
    bench = Bench(shared=True)
    line = bench.line()
    line.tokens = Tokens(
        "corner/app", bench.store, bench.clock, CornerTokens(line, shared=True)
    )
    assert line.send(LIST) == [1]
    assert token_calls(bench) == ["ok"]


def test_another_process_new_token_is_found_before_the_old_one_dies() -> None:
    bench = Bench(shared=True)
    here, there = bench.line(), bench.line()
    here.send(LIST)
    assert there.tokens is not None
    there.tokens.rejected(1)
    bench.system.sleep(31.0)
    bench.box.live.pop("access-0")
    here.send(LIST)
    assert [e.outcome for e in bench.journal.entries if e.call == "orders.list"] == [
        "ok"
    ] * 2


def test_a_token_that_dies_early_is_told_once_and_renewed_without_ping_pong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(shared=True)
    line = bench.line()
    told: list[TokenDiedEarly] = []
    line.tokens = bench.tokens(line, on_early=told.append)
    for _ in range(60):  # an hour in which another system takes each token away
        bench.box.live.clear()
        assert line.send(LIST) == [1]
        bench.system.sleep(6.0)
    minutes = (bench.system.monotonic() - told[0].at.timestamp()) / 60
    assert len(token_calls(bench)) <= minutes + 2
    assert len(told) == len(token_calls(bench))
    assert "Another system probably uses the same app key" in caplog.text


def test_a_token_at_its_end_is_no_early_death(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    line = bench.line()
    line.send(LIST)
    bench.box.clock.advance(7201.0)
    assert line.send(LIST) == [1]
    assert "Another system" not in caplog.text


def test_a_new_token_refused_at_its_first_use_ends_in_a_person_not_in_a_loop() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.lifetime = -1.0
    bench.box.live.clear()
    for _ in range(10):
        with pytest.raises(HubError):
            line.send(LIST)
    assert stored(bench).state == "needs_reauth"
    assert len(token_calls(bench)) == 1


# Keeping -------------------------------------------------------------------------------


def test_a_token_is_written_before_it_is_used() -> None:
    bench = Bench()
    line = bench.line()
    order: list[str] = []

    class Watched(MemoryTokenStore):
        def save_if(
            self, subject: str, expected_version: int | None, token: StoredToken
        ) -> bool:
            order.append(f"saved {token.access_token}")
            return super().save_if(subject, expected_version, token)

    bench.store = Watched()
    bench.give(SUBJECT)
    line.tokens = bench.tokens(line)
    bench.box.clock.advance(7200.0)
    line.send(LIST)
    assert order == ["saved access-0", "saved access-1"]


def test_a_lease_is_held_while_renewing_and_never_while_calling() -> None:
    bench = Bench()
    line = bench.line()
    held: list[str] = []

    class Leased(MemoryTokenStore):
        @contextmanager
        def lock(self, subject: str) -> Iterator[None]:
            held.append(subject)
            with super().lock(subject):
                yield

    bench.store = Leased()
    line.tokens = bench.tokens(line)
    line.send(LIST)
    assert held == []
    bench.box.clock.advance(7200.0)
    line.send(LIST)
    assert held == [SUBJECT]


def test_no_repr_and_no_log_shows_a_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench = Bench()
    line = bench.line()
    bench.box.revoked = True
    bench.box.live.clear()
    with pytest.raises(Unauthorised) as caught:
        line.send(LIST)
    shown = f"{caught.value!r} {stored(bench)!r} {bench.journal.entries} {caplog.text}"
    for secret in ("access-0", "refresh-0"):
        assert secret not in shown


# What a full disk and a long sleep do ---------------------------------------------


def test_a_new_pair_that_cannot_be_written_is_held_and_never_asked_for_again() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)
    save, full = bench.store.save_if, [True, True]

    def save_if(subject: str, expected: int | None, token: StoredToken) -> bool:
        if full and full.pop():
            raise OSError("no space left on device")
        return save(subject, expected, token)

    bench.store.save_if = save_if  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(OSError, match="no space left"):
            line.send(LIST)
    assert stored(bench).access_token == "access-0"
    assert line.send(LIST) == [1]
    assert token_calls(bench) == ["ok"]
    assert stored(bench).access_token == "access-1"


def test_a_pair_that_was_held_for_long_is_renewed_in_turn() -> None:
    bench = Bench()
    line = bench.line()
    bench.box.clock.advance(7200.0)
    save, full = bench.store.save_if, [True]

    def save_if(subject: str, expected: int | None, token: StoredToken) -> bool:
        if full and full.pop():
            raise OSError("no space left on device")
        return save(subject, expected, token)

    bench.store.save_if = save_if  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no space left"):
        line.send(LIST)
    bench.box.clock.advance(7200.0)
    assert line.send(LIST) == [1]
    assert token_calls(bench) == ["ok", "ok"]
    assert (stored(bench).access_token, stored(bench).version) == ("access-2", 3)


def test_a_new_token_that_ended_before_its_first_use_is_no_stillborn_one() -> None:
    bench = Bench()
    tokens = bench.line().tokens
    assert tokens is not None
    bench.box.live.clear()
    made = tokens.rejected(1)
    bench.box.clock.advance(7200.0)
    assert tokens.rejected(made.version).version == 3
    assert stored(bench).state == "ok"
