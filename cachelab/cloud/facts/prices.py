"""What it costs: AWS's on-demand prices for us-east-1, read on 2 October 2026, and nothing newer.

A month is 730 hours, as in AWS's own calculator. Each row names its source:

* PL   the AWS Price List API, us-east-1, read 2026-10-02
* =    Memcached at the Redis OSS rate: two third-party price tools agree and AWS calls them similar,
       but the Price List row was not seen. Check before you quote it.
* blog the AWS Database Blog on ElastiCache Serverless (Redis OSS and Memcached rates)
* 2nd  a secondary source (usage.ai, June 2026)
* FAQ  the ElastiCache FAQ

What is not in the table has no price here; asking for it says so rather than guess.
"""

from dataclasses import dataclass, field
from functools import cache

READ_ON = "2026-10-02"
REGION = "us-east-1"
HOURS_PER_MONTH = 730

# USD per node and hour: node type -> (Redis OSS, Valkey); Valkey is 0.8 of Redis OSS throughout.
NODE_HOUR = {
    "cache.t4g.micro": (0.016, 0.0128),  # PL
    "cache.t4g.small": (0.032, 0.0256),  # PL
    "cache.m7g.large": (0.158, 0.1264),  # PL
    "cache.r7g.large": (0.219, 0.1752),  # PL
}
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
    try:
        redis, valkey = NODE_HOUR[node_type]
        return {"redis": redis, "memcached": redis, "valkey": valkey}[engine]
    except KeyError:
        raise NoPrice(
            f"no price for {engine} on {node_type} in the table of {READ_ON}, which has "
            f"{', '.join(NODE_HOUR)} for valkey, redis and memcached. See aws.amazon.com/elasticache/pricing"
        ) from None


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
