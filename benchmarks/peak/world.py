"""Virtual time: tasks that sleep, wait and go on in an order that a seed decides.

Of the tasks one alone runs at a time: whoever sleeps hands over to whom the next event
belongs. So blocking code runs as it is, and a day passes as fast as it computes.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from heapq import heappop, heappush
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

Act = Callable[[], None]
GREENLETS: Any = None
with suppress(ImportError):
    GREENLETS = import_module("greenlet")


class Over(BaseException):
    """The run has ended; raised in every task that still waits."""


class Task:
    """A thread of its own, which runs when it has the turn."""

    def __init__(self, live: Callable[[Task], None] | None = None) -> None:
        """Without `live` it is the thread that makes it."""
        self.token = 0
        """Grows with each waking: what was arranged before counts no more."""
        self.act: Act | None = None
        self._turn = threading.Lock()
        self._turn.acquire()
        self._thread = live and threading.Thread(
            target=lambda: self._turn.acquire() and live(self), daemon=True
        )
        if self._thread:
            self._thread.start()

    def give_to(self, other: Task) -> None:
        """Let another run, until somebody gives the turn back."""
        other._turn.release()
        self._turn.acquire()

    def end(self) -> None:
        """Have it see that all is over."""
        self._turn.release()
        if self._thread:
            self._thread.join()

    def give_up(self, other: Task) -> None:
        """Let another run, for good."""
        other._turn.release()


class LightTask(Task):
    """A greenlet, where those are installed: handing over costs a fiftieth."""

    def __init__(self, live: Callable[[Task], None] | None = None) -> None:
        self.token, self.act = 0, None
        self._light = GREENLETS.greenlet(live) if live else GREENLETS.getcurrent()
        self._begun = live is None

    def give_to(self, other: Task) -> None:
        """Let another run, until somebody gives the turn back."""
        assert isinstance(other, LightTask)
        if other._begun:
            other._light.switch()
        else:
            other._begun = True
            other._light.switch(other)

    def end(self) -> None:
        """Have it see that all is over."""
        if self._begun:
            self._light.parent = GREENLETS.getcurrent()
            self._light.throw(Over)

    def give_up(self, other: Task) -> None:
        """Let another run, for good."""
        self.give_to(other)


class World:
    """A clock (`hub_core.clock.Clock`) and all that happens by it."""

    def __init__(self, start: datetime) -> None:
        self.time = 0.0
        """Seconds since the start."""
        self._start = start
        self._heap: list[tuple[float, int, Task | None, int, Act | None]] = []
        self._count = itertools.count()
        self._kind = Task if GREENLETS is None else LightTask
        self._main = self.running = self._kind()
        self._tasks: list[Task] = []
        self._idle: list[Task] = []
        self._over = False
        self._failure: BaseException | None = None

    # Clock -----------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        return self._start + timedelta(seconds=self.time)

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass for the task that calls."""
        self.wake(self.running, self.time + max(seconds, 0.0))
        self.park()

    # Events ----------------------------------------------------------------------------

    def at(self, when: float, act: Act) -> None:
        """Have something done then, which takes no time and waits for nothing."""
        heappush(self._heap, (when, next(self._count), None, 0, act))

    def every(self, seconds: float, act: Act) -> None:
        """The same again and again, from now on."""

        def again() -> None:
            act()
            self.at(self.time + seconds, again)

        self.at(self.time, again)

    def spawn(self, act: Act) -> None:
        """Run a task of its own, which may wait."""
        task = self._idle.pop() if self._idle else self._new()
        task.act = act
        self.wake(task)

    def wake(self, task: Task, when: float | None = None) -> None:
        """Have a task go on, now or then. The first waking counts."""
        at = self.time if when is None else when
        heappush(self._heap, (at, next(self._count), task, task.token, None))

    def park(self) -> None:
        """Wait until the task that calls is woken."""
        me = self.running
        if self._over:
            raise Over
        if (task := self._next()) is me:
            return
        self.running = task
        me.give_to(task)
        if self._over:
            raise Over

    def _next(self) -> Task:
        """The task whose turn it is, all that comes before it being done."""
        while True:
            when, _, task, token, act = heappop(self._heap)
            if task is None:
                self.time = when
                if act is not None:
                    act()
            elif token == task.token:
                self.time, task.token = when, token + 1
                return task

    # Beginning and end -----------------------------------------------------------------

    def run(self, until: float) -> None:
        """Let the world go on until then, and end every task. Called once."""
        self.wake(self._main, until)
        try:
            self.park()
        finally:
            self._end()
        if self._failure is not None:
            raise self._failure

    def _end(self) -> None:
        self._over = True
        for task in self._tasks:
            task.end()

    def _new(self) -> Task:
        task = self._kind(self._live)
        self._tasks.append(task)
        return task

    def _live(self, task: Task) -> None:
        try:
            while not self._over and task.act is not None:
                task.act()
                self._idle.append(task)
                self.park()
        except Over:
            return
        except BaseException as error:
            self._failure = error
            self._tasks.remove(task)
            self.wake(self._main)
            self.running = self._next()
            task.give_up(self.running)


# What waits by the world's time instead of the machine's --------------------------------


class Lock:
    """`threading.Lock` and `RLock`, handed on in the order of asking."""

    def __init__(self, world: World, *, again: bool = False) -> None:
        self._world, self._again = world, again
        self._owner: Task | None = None
        self._depth = 0
        self._waiting: deque[Task] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, waiting for it unless told otherwise."""
        me = self._world.running
        if self._owner is None or (self._again and self._owner is me):
            self._owner, self._depth = me, self._depth + 1
            return True
        if not blocking:
            return False
        self._waiting.append(me)
        if timeout >= 0:
            self._world.wake(me, self._world.time + timeout)
        self._world.park()
        if self._owner is me:
            return True
        self._waiting.remove(me)
        return False

    def release(self) -> None:
        """Give it back, or on to who waits."""
        self._depth -= 1
        if self._depth:
            return
        self._owner = self._waiting.popleft() if self._waiting else None
        if self._owner is not None:
            self._depth = 1
            self._world.wake(self._owner)

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._owner is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *gone: object) -> None:
        self.release()


class Condition:
    """`threading.Condition`."""

    def __init__(self, world: World, lock: Lock | None = None) -> None:
        self._world = world
        self._lock = lock or Lock(world, again=True)
        self.acquire, self.release = self._lock.acquire, self._lock.release
        self._waiting: deque[Task] = deque()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be notified; False where the time was up first."""
        me = self._world.running
        self._waiting.append(me)
        self._lock.release()
        if timeout is not None:
            self._world.wake(me, self._world.time + max(timeout, 0.0))
        try:
            self._world.park()
        finally:
            told = me not in self._waiting
            if not told:
                self._waiting.remove(me)
        self._lock.acquire()
        return told

    def wait_for(self, holds: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until it holds."""
        end = None if timeout is None else self._world.time + timeout
        while not holds():
            rest = None if end is None else end - self._world.time
            if rest is not None and rest <= 0:
                return False
            self.wait(rest)
        return True

    def notify(self, n: int = 1) -> None:
        """Wake some."""
        for _ in range(min(n, len(self._waiting))):
            self._world.wake(self._waiting.popleft())

    def notify_all(self) -> None:
        """Wake all."""
        self.notify(len(self._waiting))

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *gone: object) -> None:
        self._lock.release()


class Event:
    """`threading.Event`."""

    def __init__(self, world: World) -> None:
        self._told, self._set = Condition(world), False

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._set

    def set(self) -> None:
        """It has happened."""
        self._set = True
        self._told.notify_all()

    def clear(self) -> None:
        """It has not."""
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it."""
        with self._told:
            return self._told.wait_for(lambda: self._set, timeout)


@contextmanager
def by_its_time(world: World, modules: Sequence[ModuleType]) -> Iterator[None]:
    """What these modules make of `threading` within, waits by the world's time."""
    held: list[Any] = [module for module in modules if hasattr(module, "threading")]
    virtual = SimpleNamespace(
        Lock=lambda: Lock(world), RLock=lambda: Lock(world, again=True),
        Condition=lambda lock=None: Condition(world, lock), Event=lambda: Event(world),
        local=threading.local, get_ident=lambda: id(world.running),
        current_thread=lambda: world.running,
    )  # fmt: skip
    real = [module.threading for module in held]
    for module in held:
        module.threading = virtual
    try:
        yield
    finally:
        for module, former in zip(held, real, strict=True):
            module.threading = former
