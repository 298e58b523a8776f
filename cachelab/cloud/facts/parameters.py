"""Parameter groups: the settings ElastiCache lets you change, and what they become in the engine.

Names, defaults and limits are from the user guide's "Engine specific parameters" (as stored in 2026) and,
for redis5.0, from the AWS CLI's recorded output, which is complete. Later families have more. Those that
are not `served` are listed with their defaults, and a change of one is refused by name. Note the one that
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
    families: str | tuple[str, ...] = ""  # how the families that have it begin; "" for all of the engine
    engine_name: str | None = ""  # its name in valkey.conf; "" if the same, None if it never gets there
    served: bool = True  # whether this account does what a change of it says

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

BEFORE_LISTPACKS = ("redis5", "redis6")
LISTPACKS = ("redis7", "valkey")  # the families in which ziplists are called listpacks


def _unserved(*rows: tuple[str, str, str, str, str], families: str | tuple[str, ...] = "") -> list[Parameter]:
    return [Parameter(*row, families=families, engine_name=None, served=False) for row in rows]


_VALKEY = (
    *_unserved(
        ("activedefrag", "no", "string", "yes,no", "Defragment memory while running."),
        ("active-defrag-cycle-max", "75", "integer", "1-75", "Most percent of CPU to defragment with."),
        ("active-defrag-cycle-min", "5", "integer", "1-75", "Least percent of CPU to defragment with."),
        ("active-defrag-ignore-bytes", "104857600", "integer", "1048576-", "Waste that is left alone."),
        ("active-defrag-max-scan-fields", "1000", "integer", "1-1000000", "Fields moved in one step."),
        ("active-defrag-threshold-lower", "10", "integer", "1-100", "Percent of waste to begin at."),
        ("active-defrag-threshold-upper", "100", "integer", "1-100", "Percent of waste for most effort."),
        *(
            (f"client-output-buffer-limit-{kind}", default, "integer", "0-", f"Of {text}; 0: no limit.")
            for kind, default, text in (
                ("normal-hard-limit", "0", "bytes waiting for a client"),
                ("normal-soft-limit", "0", "bytes waiting for a client too long"),
                ("normal-soft-seconds", "0", "seconds that are too long"),
                ("pubsub-hard-limit", "33554432", "bytes waiting for a subscriber"),
                ("pubsub-soft-limit", "8388608", "bytes waiting for a subscriber too long"),
                ("pubsub-soft-seconds", "60", "seconds that are too long for a subscriber"),
            )
        ),
        (
            "close-on-replica-write",
            "yes",
            "string",
            "yes,no",
            "Disconnect a client that writes to a replica.",
        ),
    ),
    *_unserved(
        ("lua-replicate-commands", "yes", "string", "yes,no", "Copy what scripts do, not scripts."),
        families=BEFORE_LISTPACKS,
    ),
    *_unserved(("rename-commands", "", "string", "", "Other names for commands."), families="redis5"),
    *(
        Parameter(name, default, kind, allowed, text, modifiable=False, engine_name=None)
        for name, default, kind, allowed, text in (
            ("appendfsync", "everysec", "string", "always,everysec,no", "When the log reaches the disk."),
            (
                "client-output-buffer-limit-replica-soft-seconds",
                "60",
                "integer",
                "0-",
                "Seconds that bytes may wait for a replica.",
            ),
            ("lua-time-limit", "5000", "integer", "5000", "Milliseconds until a script is long."),
            ("replica-allow-chaining", "no", "string", "yes,no", "Replicas of replicas."),
            ("replica-ignore-maxmemory", "yes", "string", "yes,no", "Replicas evict nothing by themselves."),
            ("replica-lazy-flush", "no", "string", "yes,no", "Empty a replica in a thread."),
        )
    ),
    Parameter(
        "activerehashing", "yes", "string", "yes,no", "Rehash a little at a time.", change="requires-reboot"
    ),
    Parameter(
        "client-query-buffer-limit", "1073741824", "integer", "1048576-1073741824", "Bytes of one request."
    ),
    Parameter("hll-sparse-max-bytes", "3000", "integer", "1-16000", "Bytes of a HyperLogLog kept sparse."),
    Parameter("list-compress-depth", "0", "integer", "0-", "Nodes at a list's ends left uncompressed."),
    Parameter("repl-backlog-ttl", "3600", "integer", "0-", "Seconds a backlog is kept without replicas."),
    Parameter("appendonly", "no", "string", "yes,no", "Log every write to disk.", modifiable=False),
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
    Parameter(
        "hash-max-listpack-entries",
        "512",
        "integer",
        "0-",
        "Fields in a compactly stored hash.",
        families=LISTPACKS,
    ),
    Parameter(
        "hash-max-ziplist-entries",
        "512",
        "integer",
        "0-",
        "Fields in a compactly stored hash.",
        families=BEFORE_LISTPACKS,
    ),
    Parameter(
        "hash-max-listpack-value",
        "64",
        "integer",
        "0-",
        "Bytes of a field in a compactly stored hash.",
        families=LISTPACKS,
    ),
    Parameter(
        "hash-max-ziplist-value",
        "64",
        "integer",
        "0-",
        "Bytes of a field in a compactly stored hash.",
        families=BEFORE_LISTPACKS,
    ),
    Parameter(
        "latency-tracking",
        "no",
        "string",
        "yes,no",
        "Keep a latency histogram for each command.",
        families=LISTPACKS,
    ),
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
    Parameter(
        "lazyfree-lazy-server-del",
        "no",
        "string",
        "yes,no",
        "Free replaced values in a thread.",
        families="redis",
    ),
    Parameter("lfu-decay-time", "1", "integer", "0-", "Minutes until a use counter is halved."),
    Parameter("lfu-log-factor", "10", "integer", "1-", "How slowly a use counter grows."),
    Parameter(
        "list-max-listpack-size", "-2", "integer", "-5-", "Size of a list's inner nodes.", families=LISTPACKS
    ),
    Parameter(
        "list-max-ziplist-size",
        "-2",
        "integer",
        "-5,-4,-3,-2,-1,1-",
        "Size of a list's inner nodes.",
        modifiable=False,
        families=BEFORE_LISTPACKS,
    ),
    Parameter(
        "maxclients",
        "65000",
        "integer",
        "1-65000",
        "Connections at one time.",
        modifiable=False,
        engine_name=None,
        change="requires-reboot",
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
        "repl-backlog-size",
        "10485760",
        "integer",
        "16384-",
        "Bytes kept for replicas that reconnect.",
        families=("redis6", *LISTPACKS),
    ),
    Parameter(
        "repl-backlog-size",
        "1048576",
        "integer",
        "16384-",
        "Bytes kept for replicas that reconnect.",
        families="redis5",
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
    Parameter(
        "tracking-table-max-keys",
        "1000000",
        "integer",
        "1-",
        "Keys followed for client-side caches.",
        families=("redis6", *LISTPACKS),
    ),
    Parameter(
        "zset-max-listpack-entries",
        "128",
        "integer",
        "0-",
        "Members of a compactly stored sorted set.",
        families=LISTPACKS,
    ),
    Parameter(
        "zset-max-ziplist-entries",
        "128",
        "integer",
        "0-",
        "Members of a compactly stored sorted set.",
        families=BEFORE_LISTPACKS,
    ),
    Parameter(
        "zset-max-listpack-value",
        "64",
        "integer",
        "0-",
        "Bytes of a member in one of those.",
        families=LISTPACKS,
    ),
    Parameter(
        "zset-max-ziplist-value",
        "64",
        "integer",
        "0-",
        "Bytes of a member in one of those.",
        families=BEFORE_LISTPACKS,
    ),
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
                    "MinimumEngineVersion": _since(self.family),
                }
            )
        return rows


def describe_by_node_type(family: str) -> list[dict]:
    """What AWS sets by the size of the node: CacheNodeTypeSpecificParameters."""
    if catalog.engine_of(family) == "memcached":
        return []
    return [
        {
            "ParameterName": "maxmemory",
            "Description": "The maximum configurable amount of memory to use to store items, in bytes.",
            "Source": "system",
            "DataType": "integer",
            "AllowedValues": "0-",
            "IsModifiable": False,
            "ChangeType": "immediate",
            "MinimumEngineVersion": _since(family),
            "CacheNodeTypeSpecificValues": [
                {"CacheNodeType": name, "Value": str(size)} for name, size in sorted(catalog.MEMORY.items())
            ],
        }
    ]


def _since(family: str) -> str:
    return next(version.number for version in catalog.VERSIONS if version.family == family)


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
