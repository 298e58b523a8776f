"""One experiment for each row of the usual table: a function for each server, as short as it can be said.

Each takes the engine it is about and returns `duel.found(...)`. `match.run("restart")` runs the two of a row,
`match.code("restart")` shows them.
"""

from cachelab.workload.compare.duel import Experiment

from . import costs, holds, lives, survives

__all__ = ["EXPERIMENTS", "QUICK"]

EXPERIMENTS: dict[str, tuple[Experiment, Experiment]] = {
    "data types": (holds.types_in_valkey, holds.types_in_memcached),
    "updates": (holds.updates_in_valkey, holds.updates_in_memcached),
    "keys and values": (holds.limits_of_valkey, holds.limits_of_memcached),
    "restart": (survives.restart_of_valkey, survives.restart_of_memcached),
    "copies": (survives.copies_of_valkey, survives.copies_of_memcached),
    "lost node": (survives.lost_valkey, survives.lost_memcached),
    "many keys": (costs.many_keys_in_valkey, costs.many_keys_in_memcached),
    "threads": (costs.threads_of_valkey, costs.threads_of_memcached),
    "memory": (costs.memory_of_valkey, costs.memory_of_memcached),
    "eviction": (costs.eviction_in_valkey, costs.eviction_in_memcached),
    "expiry": (lives.expiry_in_valkey, lives.expiry_in_memcached),
    "messages": (lives.messages_in_valkey, lives.messages_in_memcached),
    "access": (lives.access_to_valkey, lives.access_to_memcached),
}
QUICK = ("many keys", "messages", "access")  # those that no lesson asks about
