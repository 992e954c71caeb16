"""Pulling: windows, walks that lose nothing, commits, coverage."""

from .counts import Counts
from .poll import Poll

__all__ = ["Counts", "Poll"]
