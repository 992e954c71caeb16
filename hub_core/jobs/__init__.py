"""What the hub does by itself: schedules, and the engine that works them off."""

from .asked import TAG, Asked
from .engine import Engine, Queue
from .readings import checked, rebuilding
from .schedules import HEAL, PUSH, SHIP, SYNC, Schedules
from .seat import Seat

__all__ = [
    "HEAL",
    "PUSH",
    "SHIP",
    "SYNC",
    "TAG",
    "Asked",
    "Engine",
    "Queue",
    "Schedules",
    "Seat",
    "checked",
    "rebuilding",
]
