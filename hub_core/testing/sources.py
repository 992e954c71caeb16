"""What the hub relies on in whatever a connector reads."""

from __future__ import annotations

from .enduring import Enduring
from .pages import Pages
from .reading import Reading


class SourceContract(Reading, Pages, Enduring):
    """The records of one kind. Not for use itself: each kind has its own class."""
