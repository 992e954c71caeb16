"""The one module that faces DBOS: durable jobs in the hub's own database.

A job and the row that asked for it commit together. Jobs of one partition (a shop) run one
after another, those of many side by side. A process that was killed takes its own jobs up
again when it comes back; each job may therefore run twice, and is made for that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from ..errors import Misconfigured

Work = Callable[[Sequence[Any]], dict[str, Any]]
NAME, QUEUE, JOB = "channel-hub", "streams", "stream"
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


class Queue(Protocol):
    """Where jobs are put."""

    def put(
        self, connection: Connection, name: str, partition: str, what: Sequence[Any]
    ) -> None:
        """Queue a job in the caller's transaction; one of a name there is once."""


class Engine:
    """Works jobs off. One in a process, started once."""

    def __init__(self, url: str, work: Work, *, slot: int = 0, threads: int = 16) -> None:
        self._url, self._work = url, work
        self._slot, self._threads = slot, threads
        self._dbos: Any = None
        self._client: Any = None

    def start(self) -> None:
        """Begin, with what a former process of this slot left undone. Raises Misconfigured
        where the extra is not installed."""
        self._dbos = dbos = _dbos()
        logging.getLogger("dbos").setLevel(logging.WARNING)
        dbos.DBOS(config=self._config())

        @dbos.DBOS.workflow(name=JOB)  # type: ignore[untyped-decorator]
        def work(what: list[Any]) -> dict[str, Any]:
            return self._work(what)

        dbos.DBOS.launch()
        dbos.DBOS.register_queue(
            QUEUE, partition_concurrency=1, worker_concurrency=self._threads,
            polling_interval_sec=LOOK,
        )  # fmt: skip
        self._client = dbos.DBOSClient(system_database_url=self._system_url())

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "name": NAME, "system_database_url": self._system_url(),
            "executor_id": f"hub-{self._slot}", "application_version": VERSION,
            "log_level": "WARNING", "enable_otlp": False,
            "max_executor_threads": self._threads + 4,
        }  # fmt: skip
        if self._url.startswith("sqlite"):
            waits = {"connect_args": {"timeout": BUSY}}
            config["db_engine_kwargs"] = {**waits, "hide_parameters": True}
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


def _dbos() -> Any:
    try:
        import dbos
    except ImportError:
        raise Misconfigured(
            "running by itself takes the extra: pip install 'channel-hub[serve]'"
        ) from None
    return dbos
