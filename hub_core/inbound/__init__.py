"""What platforms send by themselves: pushes, which are hints, and questions they wait on.

A push is kept on disk before it is acknowledged, and worked off later: what it names is
fetched by the hub's ordinary reading, so that a push that is lost, late, repeated or
forged changes nothing but when the truth is read.
"""

from .answer import Answer
from .deciding import Decided, NoQuestion, TooLate, check, codes_of_question, decide
from .door import Inbound
from .inlets import Inlets
from .pools import CODES, Misfit, hand_over, withdraw
from .troubles import Trouble, troubles
from .working import WorkedOff, work_off

__all__ = [
    "CODES",
    "Answer",
    "Decided",
    "Inbound",
    "Inlets",
    "Misfit",
    "NoQuestion",
    "TooLate",
    "Trouble",
    "WorkedOff",
    "check",
    "codes_of_question",
    "decide",
    "hand_over",
    "troubles",
    "withdraw",
    "work_off",
]
