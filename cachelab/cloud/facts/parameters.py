"""Parameter groups: the settings ElastiCache lets you change, and what they become in the engine.

A selection, not all of them: those the lessons use and those an application is likely to set. Defaults
and limits are from the user guide's "Engine specific parameters" (as stored in 2026). Note the one that
surprises: `maxmemory-policy` is volatile-lru here, noeviction in the engine itself.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from . import catalog


class Parameter(NamedTuple):
    """One setting. `allowed` is AWS's notation: "yes,no", "0-100", "0-" (no upper limit), or "" for any."""

    name: str
    default: str
    data_type: str
    allowed: str
    description: str
    modifiable: bool = True
    change: str = "immediate"  # or "requires-reboot"
    families: str = ""  # the start of the families that have it; "" for all of the engine
    engine_name: str | None = ""  # its name in valkey.conf; "" if the same, None if it never gets there

    def permits(self, value: str) -> bool:
        """Whether AWS would take this value."""
        if not self.allowed:
            return True
        if self.data_type != "integer":
            return value in self.allowed.split(",")
        try:
            return any(_covers(part, int(value)) for part in self.allowed.split(","))
        except ValueError:
            return False


def _covers(part: str, number: int) -> bool:
    """Whether "20", "0-100" or "20-" covers a number."""
    least, dash, most = re.fullmatch(r"(-?\d+)(-?)(\d*)", part).groups()
    return int(least) <= number <= (int(most) if most else number if dash else int(least))


POLICIES = (
    "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction"
)

_VALKEY = (
    Parameter("activedefrag", "no", "string", "yes,no", "Defragment memory while running.", engine_name=None),
    Parameter("appendonly", "no", "string", "yes,no", "Log every write to disk.", modifiable=False),
    Parameter(
        "close-on-replica-write",
        "yes",
        "string",
        "yes,no",
        "Disconnect a client that writes to a replica.",
        engine_name=None,
    ),
    Parameter(
        "cluster-enabled",
        "no",
        "string",
        "yes,no",
        "Shard the keys.",
        change="requires-reboot",
        engine_name=None,
    ),
    Parameter(
        "cluster-require-full-coverage",
        "no",
        "string",
        "yes,no",
        "Refuse all commands while a slot has no node.",
    ),
    Parameter(
        "databases", "16", "integer", "1-1200000", "Number of numbered databases.", change="requires-reboot"
    ),
    Parameter(
        "extended-redis-compatibility",
        "yes",
        "string",
        "yes,no",
        "Say redis, not valkey, to clients that ask.",
        families="valkey8",
    ),
    Parameter("hash-max-listpack-entries", "512", "integer", "0-", "Fields in a compactly stored hash."),
    Parameter(
        "hash-max-listpack-value", "64", "integer", "0-", "Bytes of a field in a compactly stored hash."
    ),
    Parameter("latency-tracking", "no", "string", "yes,no", "Keep a latency histogram for each command."),
    Parameter(
        "lazyfree-lazy-eviction",
        "no",
        "string",
        "yes,no",
        "Free evicted values in a thread.",
        families="redis",
    ),
    Parameter(
        "lazyfree-lazy-expire", "no", "string", "yes,no", "Free expired values in a thread.", families="redis"
    ),
    Parameter("lfu-decay-time", "1", "integer", "0-", "Minutes until a use counter is halved."),
    Parameter("lfu-log-factor", "10", "integer", "1-", "How slowly a use counter grows."),
    Parameter("list-max-listpack-size", "-2", "integer", "-5-", "Size of a list's inner nodes."),
    Parameter(
        "maxclients",
        "65000",
        "integer",
        "1-65000",
        "Connections at one time.",
        modifiable=False,
        engine_name=None,
    ),
    Parameter("maxmemory-policy", "volatile-lru", "string", POLICIES, "What to evict when memory is full."),
    Parameter("maxmemory-samples", "3", "integer", "1-64", "Keys looked at to find one to evict."),
    Parameter(
        "min-replicas-max-lag", "10", "integer", "0-", "Seconds until a silent replica stops counting."
    ),
    Parameter("min-replicas-to-write", "0", "integer", "0-", "Refuse writes with fewer replicas than this."),
    Parameter("notify-keyspace-events", "", "string", "", "Which changes of keys are published."),
    Parameter("proto-max-bulk-len", "536870912", "integer", "1048576-536870912", "Bytes in one argument."),
    Parameter(
        "repl-backlog-size", "10485760", "integer", "16384-", "Bytes kept for replicas that reconnect."
    ),
    Parameter(
        "reserved-memory-percent",
        "25",
        "integer",
        "0-100",
        "Percent of the node's memory kept from data.",
        engine_name=None,
    ),
    Parameter(
        "set-max-intset-entries", "512", "integer", "0-", "Members of a compactly stored set of integers."
    ),
    Parameter("slowlog-log-slower-than", "10000", "integer", "-1-", "Microseconds that make a command slow."),
    Parameter("slowlog-max-len", "128", "integer", "0-", "Slow commands remembered."),
    Parameter("stream-node-max-bytes", "4096", "integer", "0-", "Bytes in one node of a stream."),
    Parameter("stream-node-max-entries", "100", "integer", "0-", "Entries in one node of a stream."),
    Parameter("tcp-keepalive", "300", "integer", "0-", "Seconds between probes of an idle connection."),
    Parameter("timeout", "0", "integer", "0,20-", "Seconds until an idle client is disconnected; 0: never."),
    Parameter("tracking-table-max-keys", "1000000", "integer", "1-", "Keys followed for client-side caches."),
    Parameter(
        "zset-max-listpack-entries", "128", "integer", "0-", "Members of a compactly stored sorted set."
    ),
    Parameter("zset-max-listpack-value", "64", "integer", "0-", "Bytes of a member in one of those."),
)
_MEMCACHED = (
    Parameter(
        "backlog_queue_limit",
        "1024",
        "integer",
        "1-10000",
        "Connections waiting to be accepted.",
        change="requires-reboot",
        engine_name="-b",
    ),
    Parameter(
        "chunk_size",
        "48",
        "integer",
        "1-1024",
        "Smallest room for an item, in bytes.",
        change="requires-reboot",
        engine_name="-n",
    ),
    Parameter(
        "chunk_size_growth_factor",
        "1.25",
        "float",
        "",
        "Ratio of one slab class to the one before.",
        change="requires-reboot",
        engine_name="-f",
    ),
    Parameter(
        "error_on_memory_exhausted",
        "0",
        "boolean",
        "0,1",
        "Say so instead of evicting.",
        change="requires-reboot",
        engine_name="-M",
    ),
    Parameter(
        "max_item_size",
        "1048576",
        "integer",
        "1024-1073741824",
        "Bytes of the largest item.",
        change="requires-reboot",
        engine_name="-I",
    ),
    Parameter(
        "max_simultaneous_connections",
        "65000",
        "integer",
        "3-65000",
        "Connections at one time.",
        change="requires-reboot",
        modifiable=False,
        engine_name="-c",
    ),
    Parameter(
        "memcached_connections_overhead",
        "100",
        "integer",
        "0-",
        "Megabytes kept for connections.",
        change="requires-reboot",
        engine_name=None,
    ),
)


def of_family(family: str) -> dict[str, Parameter]:
    """The settings of one family, by name."""
    table = _MEMCACHED if catalog.engine_of(family) == "memcached" else _VALKEY
    return {p.name: p for p in table if family.startswith(p.families)}


@dataclass
class ParameterGroup:
    """A named set of changed values on top of a family's defaults."""

    name: str
    family: str
    description: str
    arn: str
    values: dict[str, str] = field(default_factory=dict)
    is_default: bool = False

    @property
    def cluster_enabled(self) -> bool:
        return self.value("cluster-enabled") == "yes"

    def value(self, name: str) -> str | None:
        if name in self.values:
            return self.values[name]
        parameter = of_family(self.family).get(name)
        return parameter.default if parameter else None

    def describe(self) -> dict:
        return {
            "CacheParameterGroupName": self.name,
            "CacheParameterGroupFamily": self.family,
            "Description": self.description,
            "IsGlobal": False,
            "ARN": self.arn,
        }

    def describe_parameters(self, source: str | None = None) -> list[dict]:
        rows = []
        for parameter in of_family(self.family).values():
            origin = "user" if parameter.name in self.values else "system"
            if source not in (None, "", origin) and not (source == "engine-default" and origin == "system"):
                continue
            rows.append(
                {
                    "ParameterName": parameter.name,
                    "ParameterValue": self.value(parameter.name),
                    "Description": parameter.description,
                    "Source": origin,
                    "DataType": parameter.data_type,
                    "AllowedValues": parameter.allowed,
                    "IsModifiable": parameter.modifiable,
                    "ChangeType": parameter.change,
                    "MinimumEngineVersion": next(
                        v.number for v in catalog.VERSIONS if v.family == self.family
                    ),
                }
            )
        return rows


def default_group(name: str, arn: str) -> ParameterGroup | None:
    """The default group of this name, such as default.valkey9.cluster.on; None if AWS has none."""
    family = name.removeprefix("default.").removesuffix(".cluster.on")
    clustered = name.endswith(".cluster.on")
    if not name.startswith("default.") or family not in catalog.FAMILIES:
        return None
    if clustered and catalog.engine_of(family) == "memcached":
        return None
    text = f"Default parameter group for {family}" + (" with cluster mode on" if clustered else "")
    group = ParameterGroup(name, family, text, arn, is_default=True)
    if clustered:
        group.values["cluster-enabled"] = "yes"
    return group


def valkey_settings(group: ParameterGroup, node_type: str) -> dict[str, str]:
    """The lines of valkey.conf for a node of this type with this parameter group."""
    settings = {}
    for parameter in of_family(group.family).values():
        if parameter.engine_name is not None:
            settings[parameter.engine_name or parameter.name] = group.value(parameter.name)
    reserved = int(group.value("reserved-memory-percent") or 25)
    # 0 would mean no limit at all to the engine; with everything held back, nothing may be stored.
    settings["maxmemory"] = str(max(1, catalog.MEMORY[node_type] * (100 - reserved) // 100))
    return settings


def memcached_arguments(group: ParameterGroup, node_type: str) -> list[str]:
    """The command line of memcached for a node of this type with this parameter group."""
    overhead = int(group.value("memcached_connections_overhead") or 100)
    arguments = ["-m", str(max(catalog.MEMORY[node_type] // 2**20 - overhead, 64)), "-t", "2"]
    for parameter in of_family(group.family).values():
        value = group.values.get(parameter.name)  # defaults are memcached's own, except as above
        if value is None or parameter.engine_name is None:
            continue
        if parameter.data_type == "boolean":
            arguments += [parameter.engine_name] * (value == "1")
        else:
            arguments += [parameter.engine_name, value]
    return arguments
