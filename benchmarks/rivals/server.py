"""The rivals' server as a process of its own, and what it can be asked."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

from benchmarks.rivals.contenders import ROOT


@contextlib.contextmanager
def server(orders: int, ids: str) -> Iterator[str]:
    """The address of a server with that many orders, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rivals.served", str(orders), ids]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        try:
            yield f"http://127.0.0.1:{child.stdout.readline().strip()}"
        finally:
            child.kill()


def asked(base_url: str, path: str) -> Any:
    """What the server says of itself."""
    with urlopen(f"{base_url}/{path}") as answer:  # noqa: S310
        return json.load(answer)
