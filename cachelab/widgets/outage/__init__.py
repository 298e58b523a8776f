"""The benches of lessons 08 and 12: time-outs, a breaker, the storm after a flush, threads that fill up."""

from .breaker import breaker
from .budget import budget
from .storm import storm
from .threads import threads

__all__ = ["breaker", "budget", "storm", "threads"]
