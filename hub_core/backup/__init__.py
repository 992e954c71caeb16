"""Backups of an SQLite store: made while it is written to, and looked into before they are
relied on."""

from .contents import Contents, look_into
from .copying import back_up, restore

__all__ = ["Contents", "back_up", "look_into", "restore"]
