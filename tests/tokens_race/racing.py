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
from datetime import timedelta
from typing import Any

from hub_core.clock import SystemClock
from hub_core.errors import Retryable, TokenExpired, Unauthorised
from hub_core.ports import Grant
from hub_core.store import Store
from hub_core.tokens import StoredToken, Tokens
from tests.store.making import KEY

PATIENCE = 600.0
"""Seconds after which a race that makes no headway is over."""


class Remote:
    """The platform, as a process reaches it; and the door tokens are had by."""

    shared = False
    grace = timedelta(0)

    def __init__(self, port: int, shop: str = "") -> None:
        self.port, self.shop = port, shop
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

    def __init__(self, plan: dict[str, Any], seed: int) -> None:
        self.plan, self.rng = plan, random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.store = Store.open(plan["database"], KEY)
        self.remote = Remote(plan["port"])
        self.tokens = {shop: self._tokens(shop) for shop in plan["shops"]}

    def _tokens(self, shop: str) -> Tokens:
        def stopped(text: str) -> None:
            self.store.incident("unauthorised", shop)

        return Tokens(
            shop, self.store.tokens, SystemClock(), Remote(self.plan["port"], shop),
            on_stop=stopped, reread=self.plan["reread"], apart=0.0,
        )  # fmt: skip

    def work(self, over: mmap.mmap) -> None:
        while not over[0]:
            self.call(self.rng.choice(self.plan["shops"]))
            time.sleep(self.rng.random() * self.plan["pause"])

    def call(self, shop: str) -> None:
        tokens = self.tokens[shop]
        try:
            token = tokens.current()
            for _ in range(5):
                if self._used(tokens, token):
                    self.counts["used"] += 1
                    return
                token = tokens.rejected(token.version)
            self.counts["never let in"] += 1
        except Unauthorised:
            self.counts["unauthorised"] += 1
        except Retryable:
            self.counts["later"] += 1

    def _used(self, tokens: Tokens, token: StoredToken) -> bool:
        if not self.remote.ask("/use", token=token.access_token):
            return False
        tokens.worked(token.version)
        return True


def born(plan: dict[str, Any], seed: int, over: mmap.mmap) -> int:
    """A process at work until `over` says otherwise; its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        worker = Worker(plan, seed)
        worker.work(over)
        status = 0 if not worker.counts["never let in"] else 3
    finally:
        os._exit(status)


def race(plan: dict[str, Any]) -> dict[str, Any]:
    """Begin all, kill one after every few refreshes, until there were enough of them."""
    rng, remote, over = random.Random(plan["seed"]), Remote(plan["port"]), mmap.mmap(-1, 1)
    seeds = itertools.count(plan["seed"] * 10_000)
    alive = {born(plan, next(seeds), over) for _ in range(plan["processes"])}
    killed: list[int] = []
    late = time.time() + PATIENCE
    while (seen := remote.ask("/count")) < plan["refreshes"] and time.time() < late:
        while remote.ask("/count") < seen + plan["kill_every"] and time.time() < late:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        one = rng.choice(sorted(alive))
        os.kill(one, signal.SIGKILL)
        os.waitpid(one, 0)
        killed.append(one)
        alive.remove(one)
        alive.add(born(plan, next(seeds), over))
    over[0] = 1
    ends = Counter(os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in alive)
    return {"killed": killed, "ends": dict(ends)}


def warm(plan: dict[str, Any]) -> None:
    """All that a process loads and makes ready once is ready in its children."""
    worker = Worker(plan, 0)
    for shop in plan["shops"][:1]:
        worker.store.tokens.load(shop)
        with worker.store.tokens.lock(shop):
            pass
    worker.store.close()
    gc.freeze()


def settle(plan: dict[str, Any]) -> dict[str, Any]:
    """One process alone, every shop once, and once more after its token's end."""
    last = Worker(plan, plan["seed"])
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
