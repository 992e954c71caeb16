"""The hub as a service: what runs by itself, and the API beside it, in one process."""

from .running import Service
from .serving import Front

__all__ = ["Front", "Service"]
