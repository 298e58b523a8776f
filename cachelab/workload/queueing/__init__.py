"""Queues that a miss can build: a stampede on one key, a flush that never ends, and early refreshes by dice.

Discrete events on a clock of their own: the same seed gives the same run, to the last digit.
"""

from cachelab.workload.queueing import xfetch
from cachelab.workload.queueing.flush import Flush
from cachelab.workload.queueing.stampede import (
    FIXES,
    Stampede,
    loads_expected,
    loads_on_cores,
    stampede,
)
from cachelab.workload.queueing.storm import Storm

__all__ = [
    "FIXES",
    "Flush",
    "Stampede",
    "Storm",
    "loads_expected",
    "loads_on_cores",
    "stampede",
    "xfetch",
]
