"""INFO of one Valkey node, as ElastiCache's metrics.

Which field is which metric: ElastiCache user guide, "Metrics for Valkey and Redis OSS". Counters are
what happened since the last sample; a process that is new since then counts from its start. Three are
not from INFO, as on AWS: EngineCPUUtilization is the engine's main thread, request latencies are the
engine's own histogram (LATENCY HISTOGRAM, whose buckets double, so a percentile is right within a
factor of two), and ReplicationLag is measured against the primary's offset.
"""

import math
import re
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .points import Point
from .source import Measured, Source, Strangers, counts, host, percent, plain, size

COUNTERS = {
    "Evictions": "evicted_keys",
    "Reclaimed": "expired_keys",
    "ReclaimedFields": "expired_fields",
    "RejectedConnections": "rejected_connections",
    "ProcessedCommands": "total_commands_processed",
    "ErrorCount": "total_error_replies",
    "ActiveDefragHits": "active_defrag_hits",
    "AuthenticationFailures": "acl_access_denied_auth",
    "CommandAuthorizationFailures": "acl_access_denied_cmd",
    "KeyAuthorizationFailures": "acl_access_denied_key",
    "ChannelAuthorizationFailures": "acl_access_denied_channel",
    "DatabaseAuthorizationFailures": "acl_access_denied_db",
}
GAUGES = {
    "CurrConnections": "connected_clients",
    "BlockedConnections": "blocked_clients",
    "KeysTracked": "tracking_total_keys",
    "PubSubChannels": "pubsub_channels",
    "PubSubShardChannels": "pubsubshard_channels",
    "SaveInProgress": "rdb_bgsave_in_progress",
}
SIZES = {
    "BytesUsedForCache": "used_memory",
    "UsedMemoryDataset": "used_memory_dataset",
    "AllocatorFragmentationBytes": "allocator_frag_bytes",
}
RATIOS = {
    "MemoryFragmentationRatio": "mem_fragmentation_ratio",
    "AllocatorFragmentationRatio": "allocator_frag_ratio",
}
# Serverless caches have metrics of their own: "Serverless metrics and events for Valkey and Redis OSS".
SERVERLESS = {
    "AuthenticationFailures",
    "BytesUsedForCache",
    "CacheHitRate",
    "CacheHits",
    "CacheMisses",
    "CommandAuthorizationFailures",
    "CurrConnections",
    "CurrItems",
    "CurrVolatileItems",
    "Evictions",
    "KeyAuthorizationFailures",
    "NetworkBytesIn",
    "NetworkBytesOut",
    "NewConnections",
    "SuccessfulReadRequestLatency",
    "SuccessfulWriteRequestLatency",
}
# Kinds of commands, by the engine's own categories: "…BasedCmds" and "…BasedCmdsLatency".
FAMILIES = {
    "@string": "StringBased",
    "@hash": "HashBased",
    "@list": "ListBased",
    "@set": "SetBased",
    "@sortedset": "SortedSetBased",
    "@hyperloglog": "HyperLogLogBased",
    "@geo": "GeoSpatialBased",
    "@stream": "StreamBased",
    "@pubsub": "PubSubBased",
}


@dataclass
class Reading:
    """What a node said at one moment."""

    info: dict[str, Any]
    at: float  # time.monotonic()
    own_connections: int
    calls: dict[str, tuple[int, int]]  # command -> (calls, microseconds)
    buckets: dict[str, dict[int, int]] = field(default_factory=dict)  # command -> {at most µs: calls}

    @property
    def offset(self) -> int:
        master = self.info["role"] == "master"
        return self.info["master_repl_offset"] if master else self.info.get("slave_repl_offset", 0)

    @property
    def role(self) -> str:
        return "Primary" if self.info["role"] == "master" else "Replica"


LOOKS = 120  # how many looks at a primary are remembered
NOTHING = Reading({}, 0.0, 0, {})


class ValkeySampler:
    """Samples one node again and again."""

    def __init__(self) -> None:
        self.last: Reading | None = None
        self.passed: deque[tuple[float, int]] = deque(maxlen=LOOKS)
        """(time, replication offset), while it was a primary."""
        self._strangers = Strangers()
        self._kinds: dict[str, tuple[str, ...]] = {}  # command -> the families it counts in

    def __call__(self, source: Source, primary: "ValkeySampler | None" = None) -> Measured:
        """Ask the node. Raises redis.RedisError or OSError if it does not answer: its points are missing.

        `primary`: the sampler of the node it copies, which has just asked.
        """
        with source.connect() as client:
            now = self._read(client, source)
        same = self.last is not None and self.last.info["run_id"] == now.info["run_id"]
        before = self.last if same else NOTHING
        if not same:
            self._strangers = Strangers()
            self.passed.clear()
        seconds = now.at - before.at if same else float(now.info["uptime_in_seconds"])
        self.last = now
        if now.role == "Primary":
            self.passed.append((now.at, now.offset))
        else:
            self.passed.clear()
        found = {
            **self._gauges(now),
            **_counters(now, before),
            "NewConnections": counts(
                self._strangers.new(now.info["total_connections_received"], now.own_connections)
            ),
            **self._commands(now, before),
            **_replication(now, before, primary.passed if primary else ()),
            **_cpu_and_network(source, now, before, seconds),
        }
        return _serverless(found, now, before) if source.serverless else found

    def _read(self, client: Any, source: Source) -> Reading:
        info = client.info("everything")
        prefix = "cmdstat_"
        calls = {
            name.removeprefix(prefix): (row["calls"], row["usec"])
            for name, row in info.items()
            if name.startswith(prefix)
        }
        self._classify(client, [command for command in calls if command not in self._kinds])
        own = source.own_connections()
        return Reading(info, time.monotonic(), own, calls, _histogram(client))

    def _classify(self, client: Any, commands: list[str]) -> None:
        """Learn from the engine of which kinds commands are: COMMAND INFO, once for each."""
        if not commands:
            return
        described = client.execute_command("COMMAND", "INFO", *commands)
        for command in commands:
            row = described.get(command) if isinstance(described, dict) else None
            self._kinds[command] = kinds(command, row or {})

    def _gauges(self, now: Reading) -> Measured:
        info = now.info
        spaces = [row for name, row in info.items() if re.fullmatch(r"db\d+", name)]
        limit = info["maxmemory"] or info["total_system_memory"]
        counted = info["used_memory"] - info["mem_not_counted_for_evict"]
        used, evictable = percent(100 * info["used_memory"] / limit), percent(100 * counted / limit)
        found = {
            **{name: counts(info[key]) for name, key in GAUGES.items() if key in info},
            **{name: size(info[key]) for name, key in SIZES.items() if key in info},
            **{name: plain(info[key]) for name, key in RATIOS.items() if key in info},
            "CurrItems": counts(sum(row["keys"] for row in spaces)),
            "CurrVolatileItems": counts(sum(row["expires"] for row in spaces)),
            "CurrItemsWithVolatileFields": counts(
                sum(row.get("keys_with_volatile_items", 0) for row in spaces)
            ),
            "DatabaseMemoryUsagePercentage": used,
            "DatabaseCapacityUsagePercentage": used,  # the same without data tiering
            "DatabaseMemoryUsageCountedForEvictPercentage": evictable,
            "DatabaseCapacityUsageCountedForEvictPercentage": evictable,
            "IsMaster": counts(info["role"] == "master"),
        }
        if "db0" in info:
            found["DB0AverageTTL"] = Point.of([info["db0"]["avg_ttl"]], "Milliseconds")
        return found

    def _commands(self, now: Reading, before: Reading) -> Measured:
        """Commands by kind, and how long the engine worked at one of them on average."""
        calls, microseconds = Counter(), Counter()
        for command, (times, took) in now.calls.items():
            times_before, took_before = before.calls.get(command, (0, 0))
            for kind in self._kinds.get(command, ()):
                calls[kind] += max(0, times - times_before)
                microseconds[kind] += max(0, took - took_before)
        found = {}
        for kind, times in calls.items():
            found[f"{kind}Cmds"] = counts(times)
            if times:
                found[f"{kind}CmdsLatency"] = Point.of([microseconds[kind] / times], "Microseconds")
        for kind, name in (("GetType", "Read"), ("SetType", "Write")):
            latencies: Counter = Counter()
            for command, buckets in now.buckets.items():
                if kind in self._kinds.get(command, ()):
                    latencies += _new(buckets, before.buckets.get(command, {}))
            if latencies:
                found[f"Successful{name}RequestLatency"] = Point.of(latencies, "Microseconds")
        return found


def kinds(command: str, row: dict) -> tuple[str, ...]:
    """In which of AWS's families a command counts, by what the engine says of it (COMMAND INFO)."""
    flags = {_text(flag) for flag in row.get("flags", ())}
    categories = {_text(category) for category in row.get("acl_categories", ())}
    about_keys = bool(row.get("first_key_pos")) or "movablekeys" in flags
    found = [family for category, family in FAMILIES.items() if category in categories]
    if "@keyspace" in categories and about_keys:
        found.append("KeyBased")
    if command.startswith(("eval", "fcall")):
        found.append("EvalBased")
    if command.startswith("cluster|"):
        found.append("ClusterBased")
    if not about_keys:
        found.append("NonKeyType")
    elif "readonly" in flags:
        found.append("GetType")
    elif "write" in flags:
        found.append("SetType")
    return tuple(found)


def _histogram(client: Any) -> dict[str, dict[int, int]]:
    """LATENCY HISTOGRAM: for each command, how many calls took at most so many microseconds."""
    found = {}
    for command, row in _pairs(client.execute_command("LATENCY", "HISTOGRAM")):
        row = {_text(key): value for key, value in _pairs(row)}
        found[_text(command)] = {
            int(edge): int(calls) for edge, calls in _pairs(row.get("histogram_usec", ()))
        }
    return found


def _pairs(answer: Any) -> list[tuple[Any, Any]]:
    """A map as both protocols send it: as a map, or as a flat list."""
    return (
        list(answer.items())
        if isinstance(answer, dict)
        else list(zip(answer[::2], answer[1::2], strict=True))
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _new(buckets: dict[int, int], before: dict[int, int]) -> Counter:
    """The calls of each bucket since the last reading; both count cumulatively, and leave out repetitions."""
    new, so_far = Counter(), 0
    for edge in sorted(buckets):
        then = max((calls for known, calls in before.items() if known <= edge), default=0)
        since = buckets[edge] - then
        if since > so_far:
            new[float(edge)] += since - so_far
            so_far = since
    return new


def _since(now: Reading, before: Reading, name: str) -> float:
    return max(0, now.info.get(name, 0) - before.info.get(name, 0))


def _counters(now: Reading, before: Reading) -> Measured:
    found = {name: counts(_since(now, before, key)) for name, key in COUNTERS.items() if key in now.info}
    hits, misses = _since(now, before, "keyspace_hits"), _since(now, before, "keyspace_misses")
    found |= {"CacheHits": counts(hits), "CacheMisses": counts(misses)}
    if hits + misses:
        found["CacheHitRate"] = percent(100 * hits / (hits + misses))
    return found


def _replication(now: Reading, before: Reading, passed: Sequence[tuple[float, int]]) -> Measured:
    info = now.info
    if info["role"] == "master":
        sent = _since(now, before, "master_repl_offset") * info["connected_slaves"]
        return {"ReplicationBytes": size(sent)}
    up = info["master_link_status"] == "up"
    return {
        "ReplicationBytes": size(0),
        "MasterLinkHealthStatus": plain(up),
        "ReplicationLag": Point.of([lag(now, passed)], "Seconds"),
    }


def lag(replica: Reading, passed: Sequence[tuple[float, int]]) -> float:
    """How many seconds a replica is behind. `passed`: (time, offset) its primary was seen to pass, up to now.

    If its link is down, since then; if it has all that its primary had, not at all. Otherwise as long as it
    takes to receive what it lacks at the pace of the last seconds, or since it last heard of its primary if
    that is longer, and in any case between what was seen: it is not behind by less than since its primary was
    first seen ahead, nor by more than since its primary was last seen where the replica is now. (A link that
    is silent looks like one that is up, until something is lacking.)
    """
    info, offset = replica.info, replica.offset
    if info["master_link_status"] != "up":
        return float(max(0, info.get("master_link_down_since_seconds", 0)))
    if not passed or passed[-1][1] <= offset:
        return 0.0
    pace = info.get("instantaneous_input_repl_kbps", 0.0) * 1024
    needed = (passed[-1][1] - offset) / pace if pace else 0.0
    heard = float(max(0, info.get("master_last_io_seconds_ago", 0)))
    least = max((replica.at - at for at, there in passed if there > offset), default=0.0)
    most = min((replica.at - at for at, there in passed if there <= offset), default=math.inf)
    return max(0.0, least, min(most, max(needed, heard)))


def _cpu_and_network(source: Source, now: Reading, before: Reading, seconds: float) -> Measured:
    main = sum(_since(now, before, f"used_cpu_{mode}_main_thread") for mode in ("user", "sys"))
    whole = sum(
        _since(now, before, f"used_cpu_{mode}{who}") for mode in ("user", "sys") for who in ("", "_children")
    )
    received = _since(now, before, "total_net_input_bytes") + _since(
        now, before, "total_net_repl_input_bytes"
    )
    sent = _since(now, before, "total_net_output_bytes") + _since(now, before, "total_net_repl_output_bytes")
    return {
        "EngineCPUUtilization": percent(min(100.0, 100 * main / max(seconds, 1.0))),
        "NetworkBytesIn": size(received),
        "NetworkBytesOut": size(sent),
        **host(source, whole, seconds, now.info["used_memory_rss"]),
    }


def _serverless(found: Measured, now: Reading, before: Reading) -> Measured:
    """What AWS publishes of a serverless cache.

    ECPUs: one for every command, or one for every kilobyte it carries if that is more (ElastiCache pricing).
    Only sums are known here: exact where all requests are of a size, too few where small and large ones mix.
    """
    commands = sum(
        max(0, calls - before.calls.get(command, (0, 0))[0]) for command, (calls, _) in now.calls.items()
    )
    kilobytes = (found["NetworkBytesIn"].sum + found["NetworkBytesOut"].sum) / 1024
    by_kind = {name for name in found if name.endswith("Cmds")}
    return {name: point for name, point in found.items() if name in SERVERLESS | by_kind} | {
        "TotalCmdsCount": counts(commands),
        "ElastiCacheProcessingUnits": counts(max(commands, kilobytes)),
        "ThrottledCmds": counts(0),  # nothing is throttled here
    }
