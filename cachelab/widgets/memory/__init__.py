"""The benches of lesson 06: what a full cache holds, for how long, and on which node.

Each function makes a `Bench` on a model of `cachelab.workload`; what the lesson measured is drawn on it.
"""

from .dead import dead
from .jitter import jitter
from .policies import policies
from .room import room_and_ttl
from .sizing import sizing

__all__ = ["dead", "jitter", "policies", "room_and_ttl", "sizing"]
