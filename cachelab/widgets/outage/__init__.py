"""The benches of lesson 08: what a time-out costs, a breaker in an outage, the storm after a flush."""

from .breaker import breaker
from .budget import budget
from .storm import storm

__all__ = ["breaker", "budget", "storm"]
