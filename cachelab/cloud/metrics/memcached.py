"""`stats` of one memcached node, as ElastiCache's metrics.

Which field is which metric: ElastiCache user guide, "Metrics for Memcached"; the serverless ones:
"Metrics for ElastiCache Serverless for Memcached". There is no hit rate: GetHits / (GetHits +
GetMisses) is for you to compute.
"""

import time
from dataclasses import dataclass

from .source import Measured, Source, Strangers, counts, host, size

COUNTERS = {
    "CasBadval": "cas_badval",
    "CasHits": "cas_hits",
    "CasMisses": "cas_misses",
    "CmdFlush": "cmd_flush",
    "CmdGet": "cmd_get",
    "CmdSet": "cmd_set",
    "CmdTouch": "cmd_touch",
    "DecrHits": "decr_hits",
    "DecrMisses": "decr_misses",
    "DeleteHits": "delete_hits",
    "DeleteMisses": "delete_misses",
    "EvictedUnfetched": "evicted_unfetched",
    "Evictions": "evictions",
    "ExpiredUnfetched": "expired_unfetched",
    "GetHits": "get_hits",
    "GetMisses": "get_misses",
    "IncrHits": "incr_hits",
    "IncrMisses": "incr_misses",
    "NewItems": "total_items",
    "Reclaimed": "reclaimed",
    "SlabsMoved": "slabs_moved",
    "TouchHits": "touch_hits",
    "TouchMisses": "touch_misses",
}
COUNTED_BYTES = {"BytesReadIntoMemcached": "bytes_read", "BytesWrittenOutFromMemcached": "bytes_written"}
COMMANDS = ("cmd_get", "cmd_set", "cmd_flush", "cmd_touch")
ALSO_COMMANDS = ("delete_hits", "delete_misses", "incr_hits", "incr_misses", "decr_hits", "decr_misses")
NOT_SERVERLESS = {"EvictedUnfetched", "ExpiredUnfetched", "NewItems", "SlabsMoved"}


@dataclass
class Reading:
    """What a node said at one moment."""

    stats: dict[str, str]
    at: float
    own_connections: int

    def __getitem__(self, name: str) -> float:
        return float(self.stats.get(name, 0))


NOTHING = Reading({}, 0.0, 0)


class MemcachedSampler:
    """Samples one node again and again."""

    def __init__(self) -> None:
        self.last: Reading | None = None
        self._strangers = Strangers()

    def __call__(self, source: Source) -> Measured:
        """Ask the node. Raises pymemcache's MemcacheError or OSError if it does not answer."""
        with source.connect() as client:
            stats = {_text(name): _text(value) for name, value in client.stats().items()}
        now = Reading(stats, time.monotonic(), source.own_connections())
        same = self.last is not None and self.last["pid"] == now["pid"]
        before = self.last if same else NOTHING
        seconds = now.at - before.at if same else now["uptime"]
        if not same:
            self._strangers = Strangers()
        self.last = now

        def since(name: str) -> float:
            return max(0.0, now[name] - before[name])

        found = {
            **{name: counts(since(key)) for name, key in COUNTERS.items() if key in stats},
            "NewConnections": counts(self._strangers.new(now["total_connections"], now.own_connections)),
            "CurrConnections": counts(now["curr_connections"]),
            "CurrItems": counts(now["curr_items"]),
        }
        if source.serverless:
            commands = sum(map(since, COMMANDS + ALSO_COMMANDS))
            kilobytes = (since("bytes_read") + since("bytes_written")) / 1024
            return {name: point for name, point in found.items() if name not in NOT_SERVERLESS} | {
                "BytesUsedForCache": size(now["bytes"]),
                "NetworkBytesIn": size(since("bytes_read")),
                "NetworkBytesOut": size(since("bytes_written")),
                "TotalCmdsCount": counts(commands),
                "ElastiCacheProcessingUnits": counts(max(commands, kilobytes)),
                "ThrottledCmds": counts(0),  # nothing is throttled here
            }
        return found | {
            **{name: size(since(key)) for name, key in COUNTED_BYTES.items()},
            "NetworkBytesIn": size(since("bytes_read")),
            "NetworkBytesOut": size(since("bytes_written")),
            "BytesUsedForCacheItems": size(now["bytes"]),
            "BytesUsedForHash": size(now["hash_bytes"]),
            "UnusedMemory": size(now["limit_maxbytes"] - now["bytes"]),
            **host(source, since("rusage_user") + since("rusage_system"), seconds, None),
        }


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
