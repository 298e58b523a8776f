"""What it costs: AWS's on-demand prices for us-east-1, read on 2 October 2026, and nothing newer.

A month is 730 hours, as in AWS's own calculator. Each row names its source:

* PL   the AWS Price List API, us-east-1, read 2026-10-02, as a public cost tool stores it with service
       code, product family and day
* =    Memcached at the Redis OSS rate: two third-party price tools agree and AWS calls them similar,
       but the Price List row was not seen. Check before you quote it.
* blog the AWS Database Blog on ElastiCache Serverless (Redis OSS and Memcached rates)
* 2nd  a secondary source (usage.ai, June 2026)
* FAQ  the ElastiCache FAQ

What is not in the table has no price here; asking for it says so, and why, rather than guess. Unknown
altogether: reserved nodes (AWS's blog says up to 55 % off, and a rate for no type was seen), the SSD part
of r6gd (its rate is for the node), transfer between Regions, and every Region but one.
"""

from dataclasses import dataclass, field
from functools import cache

READ_ON = "2026-10-02"
REGION = "us-east-1"
HOURS_PER_MONTH = 730

# USD per node and hour for Redis OSS: every type that can still be ordered and was in the list [PL].
NODE_HOUR = {
    "cache.t4g.micro": 0.016,
    "cache.t4g.small": 0.032,
    "cache.t4g.medium": 0.065,
    "cache.t3.micro": 0.017,
    "cache.t3.small": 0.034,
    "cache.t3.medium": 0.068,
    "cache.m7g.large": 0.158,
    "cache.m7g.xlarge": 0.315,
    "cache.m7g.2xlarge": 0.629,
    "cache.m7g.4xlarge": 1.257,
    "cache.m7g.8xlarge": 2.514,
    "cache.m7g.12xlarge": 3.77,
    "cache.m7g.16xlarge": 5.028,
    "cache.m6g.large": 0.149,
    "cache.m6g.xlarge": 0.297,
    "cache.m6g.2xlarge": 0.593,
    "cache.m6g.4xlarge": 1.186,
    "cache.m6g.8xlarge": 2.372,
    "cache.m6g.12xlarge": 3.557,
    "cache.m6g.16xlarge": 4.743,
    "cache.m5.large": 0.156,
    "cache.m5.xlarge": 0.311,
    "cache.m5.2xlarge": 0.623,
    "cache.m5.4xlarge": 1.245,
    "cache.m5.12xlarge": 3.744,
    "cache.m5.24xlarge": 7.488,
    "cache.m4.large": 0.156,
    "cache.m4.xlarge": 0.311,
    "cache.m4.2xlarge": 0.623,
    "cache.m4.4xlarge": 1.245,
    "cache.m4.10xlarge": 3.112,
    "cache.r7g.large": 0.219,
    "cache.r7g.xlarge": 0.437,
    "cache.r7g.2xlarge": 0.873,
    "cache.r7g.4xlarge": 1.745,
    "cache.r7g.8xlarge": 3.491,
    "cache.r7g.12xlarge": 5.235,
    "cache.r7g.16xlarge": 6.981,
    "cache.r6g.large": 0.206,
    "cache.r6g.xlarge": 0.411,
    "cache.r6g.2xlarge": 0.821,
    "cache.r6g.4xlarge": 1.642,
    "cache.r6g.8xlarge": 3.284,
    "cache.r6g.12xlarge": 4.925,
    "cache.r6g.16xlarge": 6.567,
    "cache.r6gd.xlarge": 0.781,
    "cache.r6gd.2xlarge": 1.56,
    "cache.r6gd.4xlarge": 3.12,
    "cache.r6gd.8xlarge": 6.24,
    "cache.r6gd.12xlarge": 9.358,
    "cache.r6gd.16xlarge": 12.477,
    "cache.r5.large": 0.216,
    "cache.r5.xlarge": 0.431,
    "cache.r5.2xlarge": 0.862,
    "cache.r5.4xlarge": 1.724,
    "cache.r5.12xlarge": 5.184,
    "cache.r5.24xlarge": 10.368,
    "cache.r4.large": 0.228,
    "cache.r4.xlarge": 0.455,
    "cache.r4.2xlarge": 0.91,
    "cache.r4.4xlarge": 1.82,
    "cache.r4.8xlarge": 3.64,
    "cache.r4.16xlarge": 7.28,
    "cache.c7gn.large": 0.255,
    "cache.c7gn.xlarge": 0.509,
    "cache.c7gn.2xlarge": 1.018,
    "cache.c7gn.4xlarge": 2.037,
    "cache.c7gn.8xlarge": 4.073,
    "cache.c7gn.12xlarge": 6.11,
    "cache.c7gn.16xlarge": 8.147,
}
VALKEY_SHARE = 0.8  # of the Redis OSS rate, to the last digit for every type that has both [PL]
NODE_SOURCE = {"redis": "PL", "valkey": "PL", "memcached": "="}


@dataclass(frozen=True)
class Serverless:
    """USD per GB stored and hour, USD per million ECPUs, and the least number of GB that is billed."""

    gb_hour: float
    million_ecpu: float
    least_gb: float
    source: str


SERVERLESS = {
    "redis": Serverless(0.125, 0.0034, 1.0, "blog"),
    "memcached": Serverless(0.125, 0.0034, 1.0, "blog"),
    "valkey": Serverless(0.084, 0.0023, 0.1, "2nd"),
}
BACKUP_GB_MONTH = 0.085  # FAQ; one backup of each active cache is free
CROSS_ZONE_GB = 0.01  # each way, between EC2 and a node in another zone (secondary source)


class NoPrice(LookupError):
    """The table has no such row."""


@dataclass(frozen=True)
class Line:
    """One line of a bill: so many of a thing at so much an hour."""

    what: str
    count: float
    usd_per_hour_each: float
    source: str

    @property
    def usd_per_hour(self) -> float:
        return self.count * self.usd_per_hour_each


@dataclass(frozen=True)
class Cost:
    """A sum of lines. Amounts are USD, before tax, on demand, in us-east-1."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def usd_per_hour(self) -> float:
        return sum(line.usd_per_hour for line in self.lines)

    @property
    def usd_per_month(self) -> float:
        """730 hours of it."""
        return self.usd_per_hour * HOURS_PER_MONTH

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.lines + other.lines, tuple(dict.fromkeys(self.notes + other.notes)))

    def __str__(self) -> str:
        rows = [
            f"{line.count:g} x {line.what} at ${line.usd_per_hour_each:.4f}/h [{line.source}]"
            f" = ${line.usd_per_hour:.4f}/h"
            for line in self.lines
        ]
        rows.append(
            f"${self.usd_per_hour:.4f} an hour, ${self.usd_per_month:.2f} a month of {HOURS_PER_MONTH} h"
            f" (on demand, {REGION}, prices of {READ_ON})"
        )
        return "\n".join([*rows, *self.notes])


def node_hour(node_type: str, engine: str = "valkey") -> float:
    """USD an hour for one node. Raises NoPrice for a type that is not in the table."""
    if node_type not in NODE_HOUR or engine not in NODE_SOURCE:
        families = dict.fromkeys(name.rpartition(".")[0] for name in NODE_HOUR)
        raise NoPrice(
            f"no price for {engine} on {node_type}: {_why_not(node_type, engine)}. "
            f"The table of {READ_ON} has {', '.join(families)} for {', '.join(NODE_SOURCE)}. "
            "See aws.amazon.com/elasticache/pricing"
        )
    return NODE_HOUR[node_type] * (VALKEY_SHARE if engine == "valkey" else 1.0)


def _why_not(node_type: str, engine: str) -> str:
    if engine not in NODE_SOURCE:
        return "AWS has no such engine"
    if not isinstance(node_type, str):
        return "a node type is a text, such as cache.r7g.large"
    if node_type.startswith(("cache.t2.", "cache.t1.", "cache.m3.", "cache.r3.")):
        return "nobody can order one any more"
    if node_type.startswith(("cache.m8g.", "cache.r8g.", "cache.c8gn.")):
        return "it was seen for valkey only, and this account does not run it"
    return "the price list that was read names no such type"


def nodes(node_type: str, count: int, engine: str = "valkey") -> Cost:
    """The cost of `count` nodes. Replicas bill as full nodes [FAQ]."""
    return Cost((Line(f"{node_type} ({engine})", count, node_hour(node_type, engine), NODE_SOURCE[engine]),))


def serverless(engine: str = "valkey", gb: float = 0.0, ecpu_per_second: float = 0.0) -> Cost:
    """The cost of a serverless cache that holds `gb` gigabytes and uses `ecpu_per_second` on average.

    At least 0.1 GB (Valkey) or 1 GB (Redis OSS, Memcached) is billed. One ECPU is about one simple
    request of up to 1 KB.
    """
    try:
        rate = SERVERLESS[engine]
    except KeyError:
        raise NoPrice(
            f"no serverless engine is called {engine!r}; there are {', '.join(SERVERLESS)}"
        ) from None
    lines = [Line(f"GB stored ({engine} serverless)", max(gb, rate.least_gb), rate.gb_hour, rate.source)]
    if ecpu_per_second:
        millions = ecpu_per_second * 3600 / 1e6
        lines.append(
            Line(f"million ECPU an hour ({engine} serverless)", millions, rate.million_ecpu, rate.source)
        )
    return Cost(tuple(lines))


def backup_month(gb: float) -> float:
    """USD a month to keep `gb` gigabytes of backups beyond the free one."""
    return gb * BACKUP_GB_MONTH


def node_count(operation: str, request: dict) -> int:
    """How many nodes a Create request would start: every primary and every replica is one."""
    if operation == "CreateCacheCluster":
        return request.get("NumCacheNodes") or 1
    shards = request.get("NumNodeGroups") or 1
    layout = request.get("NodeGroupConfiguration") or []
    if request.get("ReplicasPerNodeGroup") is not None:
        usual = request["ReplicasPerNodeGroup"]
    else:
        usual = (request.get("NumCacheClusters") or 1) - 1
    if layout:
        return sum(1 + int(shard.get("ReplicaCount", usual)) for shard in layout)
    return shards * (1 + usual)


def of_request(operation: str, **request) -> Cost:
    """What a Create request would cost, by its boto3 parameters.

    `of_request("create_replication_group", CacheNodeType="cache.t4g.micro", NumCacheClusters=3)`.
    An operation that starts nothing costs nothing. Raises NoPrice where the table has no row, ValueError
    for what is no operation of ElastiCache.
    """
    operation = "".join(word.capitalize() for word in operation.split("_")) if "_" in operation else operation
    if operation in ("CreateReplicationGroup", "CreateCacheCluster"):
        engine = request.get("Engine") or ("memcached" if operation == "CreateCacheCluster" else "redis")
        node_type = request.get("CacheNodeType") or "cache.t4g.micro"
        return nodes(node_type, node_count(operation, request), engine.lower())
    if operation == "CreateServerlessCache":
        least = (request.get("CacheUsageLimits") or {}).get("DataStorage", {}).get("Minimum", 0)
        return serverless(request["Engine"].lower(), gb=least)
    if operation not in _operations():
        raise ValueError(
            f"{operation!r} is no operation of ElastiCache. What costs is created by "
            "create_replication_group, create_cache_cluster or create_serverless_cache."
        )
    return Cost()


@cache
def _operations() -> frozenset[str]:
    from botocore.session import get_session

    return frozenset(get_session().get_service_model("elasticache").operation_names)
