"""Webhooks out: changes told to ERPs, signed by Standard Webhooks, at least once.

outbound = Outbound(hub.store, hub.settings.outbound, hub.clock.now)
added = outbound.add("https://erp.example.com/hooks/hub", events=["order"])
outbound.deliver_due()          # one round; or outbound.run(stop) until told to stop
"""

from ..store.endpoints import Endpoint
from ..store.messages import Message
from .changes import data
from .endpoints import Added, Endpoints, Rotated
from .outbound import Outbound
from .post import Answer
from .turn import Delivered

__all__ = [
    "Added",
    "Answer",
    "Delivered",
    "Endpoint",
    "Endpoints",
    "Message",
    "Outbound",
    "Rotated",
    "data",
]
