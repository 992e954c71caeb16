"""Processes that use the same shops' tokens, and the one that kills them and has others
take their places: `python -m tests.tokens_race.racing PLAN`, a JSON object. Prints what
happened, as one too.
"""

from __future__ import annotations

import gc
import http.client
import itertools
import json
import mmap
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hub_core.clock import SystemClock
from hub_core.errors import Retryable, TokenExpired, Unauthorised
from hub_core.ports import Grant
from hub_core.store import Store
from hub_core.tokens import StoredToken, Tokens
from tests.store.making import KEY

PATIENCE = 600.0
"""Seconds after which a race that makes no headway is over."""
OVER = 0
"""The byte of the shared page that says so; behind it each process has one, which is set
from asking for a new pair until that is written."""

Asking = Callable[[], None]


class Remote:
    """The platform, as a process reaches it; and the door tokens are had by."""

    shared = False
    grace = timedelta(0)

    def __init__(self, port: int, shop: str = "", asking: Asking = lambda: None) -> None:
        self.port, self.shop, self._asking = port, shop, asking
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def ask(self, path: str, **asked: Any) -> Any:
        try:
            self._line.request("POST", path, json.dumps(asked))
            return json.loads(self._line.getresponse().read())
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            raise Retryable(f"no answer: {type(error).__name__}") from error

    def fetch(self) -> Grant:
        raise Unauthorised("the shop's owner has to give it")

    def refresh(self, refresh_token: str) -> Grant:
        self._asking()
        said = self.ask(
            "/refresh", shop=self.shop, token=refresh_token, by=str(os.getpid())
        )
        if said is None:
            raise TokenExpired("the refresh token is not valid")
        return granted(said)


def granted(said: dict[str, Any]) -> Grant:
    """Whole seconds are all that grants tell; here lives are shorter."""
    return Grant(
        access_token=said["access"], refresh_token=said["refresh"],
        expires_in=said["left"],
    )  # fmt: skip


class Worker:
    """One process: every shop in turn, by chance, until it is time."""

    def __init__(self, plan: dict[str, Any], seed: int, page: mmap.mmap, me: int) -> None:
        self.plan, self.rng = plan, random.Random(seed)
        self.page, self.me = page, me
        self.counts: Counter[str] = Counter()
        self.store = Store.open(plan["database"], KEY)
        self.remote = Remote(plan["port"])
        self.tokens = {shop: self._tokens(shop) for shop in plan["shops"]}

    def _tokens(self, shop: str) -> Tokens:
        def stopped(text: str) -> None:
            self.store.incident("unauthorised", shop)

        source = Remote(self.plan["port"], shop, lambda: self._mark(1))
        return Tokens(
            shop, self.store.tokens, SystemClock(), source, on_stop=stopped,
            reread=self.plan["reread"], apart=0.0,
        )  # fmt: skip

    def _mark(self, asking: int) -> None:
        self.page[self.me] = asking

    def work(self) -> None:
        while not self.page[OVER]:
            self.call(self.rng.choice(self.plan["shops"]))
            time.sleep(self.rng.random() * self.plan["pause"])

    def call(self, shop: str) -> None:
        tokens = self.tokens[shop]
        try:
            token = self._had(tokens.current)
            for _ in range(5):
                if self._used(tokens, token):
                    self.counts["used"] += 1
                    return
                token = self._had(partial(tokens.rejected, token.version))
            self.counts["never let in"] += 1
        except Unauthorised:
            self.counts["unauthorised"] += 1
        except Retryable:
            self.counts["later"] += 1

    def _had(self, ask: Callable[[], StoredToken]) -> StoredToken:
        try:
            return ask()
        finally:
            self._mark(0)

    def _used(self, tokens: Tokens, token: StoredToken) -> bool:
        if not self.remote.ask("/use", token=token.access_token):
            return False
        tokens.worked(token.version)
        return True


def born(plan: dict[str, Any], seed: int, page: mmap.mmap, me: int) -> int:
    """A process at work until it is over; its number."""
    page[me] = 0
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        worker = Worker(plan, seed, page, me)
        worker.work()
        status = 0 if not worker.counts["never let in"] else 3
    finally:
        os._exit(status)


def race(plan: dict[str, Any]) -> dict[str, Any]:
    """Begin all, kill one after every few refreshes, until there were enough of them."""
    rng, remote = random.Random(plan["seed"]), Remote(plan["port"])
    page, seeds = mmap.mmap(-1, plan["processes"] + 1), itertools.count(plan["seed"] * 9999)
    alive = {me: born(plan, next(seeds), page, me) for me in range(1, len(page))}
    killed: list[int] = []
    late = time.time() + PATIENCE
    while (seen := remote.ask("/count")) < plan["refreshes"] and time.time() < late:
        while remote.ask("/count") < seen + plan["kill_every"] and time.time() < late:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        me = kill(alive, page, rng, spare=plan["spare"])
        killed.append(alive[me])
        alive[me] = born(plan, next(seeds), page, me)
    page[OVER] = 1
    ends = Counter(os.waitstatus_to_exitcode(os.waitpid(x, 0)[1]) for x in alive.values())
    return {"killed": killed, "ends": dict(ends)}


def kill(alive: dict[int, int], page: mmap.mmap, rng: random.Random, spare: bool) -> int:
    """Kill one, whatever it does, or (`spare`) one that has not just asked for a new pair:
    it is frozen to see that, and thawed if it has."""
    while True:
        me = rng.choice(sorted(alive))
        os.kill(alive[me], signal.SIGSTOP)
        os.waitpid(alive[me], os.WUNTRACED)
        if not (spare and page[me]):
            os.kill(alive[me], signal.SIGKILL)
            os.waitpid(alive[me], 0)
            return me
        os.kill(alive[me], signal.SIGCONT)
        time.sleep(0.005)


def alone(plan: dict[str, Any]) -> Worker:
    """One that works in this process."""
    return Worker(plan, plan["seed"], mmap.mmap(-1, 2), 1)


def warm(plan: dict[str, Any]) -> None:
    """All that a process loads and makes ready once is ready in its children."""
    worker = alone(plan)
    worker.store.tokens.load(plan["shops"][0])
    with worker.store.tokens.lock(plan["shops"][0]):
        pass
    worker.store.close()
    gc.freeze()


def settle(plan: dict[str, Any]) -> dict[str, Any]:
    """One process alone, every shop once, and once more after its token's end."""
    last = alone(plan)
    for _ in range(2):
        for shop in plan["shops"]:
            last.call(shop)
        time.sleep(plan["life"])
    return dict(last.counts)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    warm(asked)
    told = race(asked)
    told["settled"] = settle(asked)
    print(json.dumps(told))  # noqa: T201
