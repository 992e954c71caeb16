"""The one module that faces DBOS: durable jobs in the hub's own database.

A job and the row that asked for it commit together. Jobs of one partition (a shop) run one
after another, those of many side by side, in any number of processes. What a process that
is gone has begun, another takes up (`take_up`); each job may therefore run twice, and is
made for that.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..errors import Misconfigured

Work = Callable[[Sequence[Any]], dict[str, Any]]
NAME, QUEUE, JOB = "channel-hub", "streams", "stream"
AGAIN, THREADS_AGAIN = "streams-again", 4
"""Where what was left undone waits, lest it waits behind all the rest; and how many of it
are done side by side. That none is read twice at once is seen to by leases."""
VERSION = "1"
"""Pinned: jobs of a former release are taken up by the next."""
LOOK = 0.3
"""Seconds between two looks into the queue."""
BUSY = 60
"""Seconds a writer waits for another on SQLite."""
ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
KEPT = timedelta(days=1)
"""How long what is done stays listed."""
AT_ONCE = 500
CONNECTIONS = 6
"""Of the engine's own, in a process. Its threads hold one for a moment only."""
IDLE = 5.0
"""Seconds a transaction may do nothing before PostgreSQL ends it: one of a process that
was frozen in its middle keeps what it has claimed from the others no longer."""
DOUBT = 5.0
"""Seconds in which a job that was just claimed may not have begun, or one that has ended
may not be written down."""


log = logging.getLogger(__name__)


class Queue(Protocol):
    """Where jobs are put."""

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        """Queue a job in the caller's transaction; one of a name there is once."""


class Engine:
    """Works jobs off. One in a process, started once."""

    def __init__(self, url: str, work: Work, *, threads: int = 16) -> None:
        self._url, self._work = url, work
        self._slot, self._threads = 0, threads
        self._dbos: Any = None
        self._client: Any = None
        self._running, self._lock = Counter[str](), threading.Lock()
        self._missing: dict[str, float] = {}

    def start(self, slot: int = 0) -> None:
        """Begin, with what a former process of this slot left undone. Raises Misconfigured
        where the extra is not installed."""
        self._slot, self._dbos = slot, (dbos := _dbos())
        logging.getLogger("dbos").setLevel(logging.ERROR)  # a lost database is told of here
        self._client = dbos.DBOSClient(system_database_url=self._system_url(), lazy=True)
        with suppress(DBAPIError):  # nobody has worked on this database yet
            self._take_over()
        dbos.DBOS(config=self._config())

        @dbos.DBOS.workflow(name=JOB)  # type: ignore[untyped-decorator]
        def work(what: list[Any]) -> dict[str, Any]:
            with self._noted(str(dbos.DBOS.workflow_id)):
                return self._work(what)

        dbos.DBOS.launch()
        for name, threads in ((QUEUE, self._threads), (AGAIN, THREADS_AGAIN)):
            dbos.DBOS.register_queue(
                name, partition_concurrency=1, worker_concurrency=threads,
                polling_interval_sec=LOOK,
            )  # fmt: skip

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "name": NAME, "system_database_url": self._system_url(),
            "executor_id": _executor(self._slot), "application_version": VERSION,
            "log_level": "ERROR", "enable_otlp": False,
            "max_executor_threads": self._threads + 2 * THREADS_AGAIN,
            "sys_db_pool_size": CONNECTIONS,
            "sys_db_idle_transaction_timeout_sec": IDLE,
        }  # fmt: skip
        kwargs: dict[str, Any] = {"hide_parameters": True}
        config["db_engine_kwargs"] = kwargs
        if self._url.startswith("sqlite"):
            kwargs["connect_args"] = {"timeout": BUSY}
        return config

    def _system_url(self) -> str:
        return self._url.replace("postgresql+psycopg://", "postgresql://")

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        """Queue a job in the caller's transaction."""
        options = {
            "workflow_name": JOB, "queue_name": QUEUE, "workflow_id": name,
            "queue_partition_key": partition, "app_version": VERSION,
        }  # fmt: skip
        self._client.enqueue_in_transaction(connection, options, list(what))

    # What others have begun ------------------------------------------------------------

    def _take_over(self) -> None:
        """What the former process of this slot has begun goes ahead of all that waits: the
        engine itself would put it back behind."""
        begun = self._begun(executor_id=_executor(self._slot))
        if begun:
            self._first({one.workflow_id for one in begun})

    def _begun(self, **of: str) -> list[Any]:
        found: list[Any] = self._client.list_workflows(
            status="PENDING", name=JOB, limit=AT_ONCE, load_input=False, load_output=False,
            **of,
        )  # fmt: skip
        return found

    def _first(self, ids: set[str]) -> None:
        """Have these done ahead of all that waits."""
        self._client.resume_workflows(sorted(ids), queue_name=AGAIN)

    def take_up(self, living: Callable[[], Collection[int]], *, others: bool) -> int:
        """Have jobs done that nobody does, though they were begun: our own that got lost
        between the queue and us, and (`others`) those of slots nobody has. Gives how many.
        """
        begun = self._begun()
        found = set(self._lost_ones({o.workflow_id for o in begun if self._is_mine(o)}))
        if others and begun:
            names = {_executor(slot) for slot in living()}  # asked after what was begun
            names.add(_executor(self._slot))
            found |= {o.workflow_id for o in begun if o.executor_id not in names}
        if found:
            log.warning("%s jobs were left undone, and are taken up", len(found))
            self._first(found)
        return len(found)

    def _is_mine(self, one: Any) -> bool:
        return bool(one.executor_id == _executor(self._slot))

    def _lost_ones(self, mine: set[str]) -> Iterator[str]:
        """Claimed in our name, and for a while now not being done here."""
        at = time.monotonic()
        with self._lock:
            idle = mine - self._running.keys()
        self._missing = {id: self._missing.get(id, at) for id in idle}
        return (id for id, since in self._missing.items() if at - since > DOUBT)

    @contextmanager
    def _noted(self, id: str) -> Iterator[None]:
        with self._lock:
            self._running[id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= Counter([id])

    def move(self, slot: int, seconds: int) -> None:
        """Go on under another slot's name; what runs may take so long to its end."""
        if slot != self._slot:
            self.stop(seconds)
            self.start(slot)

    def prune(self) -> int:
        """Forget what was done long ago; gives how many jobs."""
        until = time.time() - KEPT.total_seconds()
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
        old = self._dbos.DBOS.list_workflows(
            status=ENDED, end_time=end, limit=AT_ONCE, load_input=False, load_output=False
        )
        self._dbos.DBOS.delete_workflows([one.workflow_id for one in old])
        return len(old)

    def stop(self, seconds: int) -> None:
        """End; what runs may take so long to come to its end."""
        if self._dbos is not None:
            if self._client is not None:
                self._client.destroy()
            self._dbos.DBOS.destroy(
                destroy_registry=True, workflow_completion_timeout_sec=seconds
            )
            self._dbos = None


def _executor(slot: int) -> str:
    """A slot's name, whoever has it."""
    return f"hub-{slot}"


def _dbos() -> Any:
    try:
        import dbos
    except ImportError:
        raise Misconfigured(
            "running by itself takes the extra: pip install 'channel-hub[serve]'"
        ) from None
    return dbos
