"""What the hub does by itself: schedules, and the engine that works them off."""

from .engine import Engine, Queue
from .schedules import HEAL, PUSH, SHIP, SYNC, Schedules
from .seat import Seat

__all__ = ["HEAL", "PUSH", "SHIP", "SYNC", "Engine", "Queue", "Schedules", "Seat"]
