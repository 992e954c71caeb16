"""Finding plugins, and asking the one that serves a channel.

Every plugin comes through the same door, ours and a stranger's: an entry point in group
`channel_hub`. One that is broken is reported and left out; it never stops the hub.
A plugin is trusted code: it runs in the hub's own process.
"""

from .loader import load
from .names import foreign_folders
from .registry import Operation, Plugins, Row, where_it_failed

__all__ = ["Operation", "Plugins", "Row", "foreign_folders", "load", "where_it_failed"]
