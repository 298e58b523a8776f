"""A month's bill worked out beforehand, from what a cache is to hold and to serve.

Prices are those of facts/prices.py. What a node can serve is not in here: a bill says nothing about speed.
"""

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from .facts import catalog, prices
from .facts.prices import HOURS_PER_MONTH, Cost, Line

GB = 10**9
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
MOST_REPLICAS = 5  # of a shard [CreateReplicationGroup in the API reference]
RESERVED = 0.25  # reserved-memory-percent, AWS's default [UG, "Managing reserved memory"]


@dataclass(frozen=True)
class Demand:
    """What a cache is to hold, in GB (10⁹ bytes), and to serve: requests a second on average, KB for each."""

    gb: float
    per_second: float
    kb: float = 1.0

    def __post_init__(self) -> None:
        for name in ("gb", "per_second", "kb"):
            _number(name, getattr(self, name))
        if not (self.gb >= 0 and self.per_second >= 0 and self.kb > 0):
            raise ValueError(f"{self}: gb and per_second cannot be below 0, and kb must be above it")

    @property
    def ecpu_per_second(self) -> float:
        """One for each request, or one for each KB it carries if that is more [ElastiCache pricing]."""
        return self.per_second * max(1.0, self.kb)


@dataclass(frozen=True)
class Offer:
    """Something to order: the boto3 method, its parameters as far as they cost, and what a month costs."""

    name: str
    operation: str
    request: dict[str, Any]
    cost: Cost

    @property
    def usd_per_month(self) -> float:
        return self.cost.usd_per_month


def _number(name: str, value: float, least: float = -math.inf, most: float = math.inf) -> None:
    """Raise ValueError, by name, for what is no finite number or lies elsewhere."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name}={value!r}: a finite number is needed")
    if not least <= value <= most:
        raise ValueError(f"{name}={value!r}: it lies between {least:g} and {most:g}")


def usable(node_type: str, reserved: float = RESERVED) -> float:
    """The GB that a node of this type has for data; `reserved` is a share, 0.25 for 25 %.

    Raises prices.NoPrice for a type that is not known, ValueError for what is no share.
    """
    _number("reserved", reserved, 0, 1)
    if node_type not in catalog.MEMORY:
        prices.node_hour(node_type)  # says what there is
        raise prices.NoPrice(f"the memory of {node_type} is not known")
    return catalog.MEMORY[node_type] * (1 - reserved) / GB


def nodes(demand: Demand, node_type: str, replicas: int = 1, engine: str = "valkey") -> Offer:
    """Shards of this node type, as many as hold the data, each with so many replicas, 0 to 5.

    Raises prices.NoPrice for a type without a price, ValueError for Memcached, whose nodes copy nothing.
    """
    if replicas not in range(MOST_REPLICAS + 1):
        raise ValueError(f"replicas={replicas!r}: a shard has 0 to {MOST_REPLICAS}")
    if engine == "memcached":
        raise ValueError("engine='memcached': its nodes are no shards and have no replicas; ask prices.nodes")
    shards = max(1, math.ceil(demand.gb / usable(node_type)))
    request = {"Engine": engine, "CacheNodeType": node_type}
    if shards == 1:
        request["NumCacheClusters"] = 1 + replicas
    else:
        request |= {"NumNodeGroups": shards, "ReplicasPerNodeGroup": replicas}
    count = shards * (1 + replicas)
    cost = prices.nodes(node_type, count, engine)
    short = node_type.removeprefix("cache.")
    return Offer(f"{count} × {short}", "create_replication_group", request, cost)


def serverless(demand: Demand, engine: str = "valkey") -> Offer:
    """A serverless cache: what it stores, at least the engine's least, and its ECPUs."""
    request = {"Engine": engine}
    cost = prices.serverless(engine, demand.gb, demand.ecpu_per_second)
    return Offer("serverless", "create_serverless_cache", request, cost)


def crossing(demand: Demand, share: float = 2 / 3) -> Cost:
    """What leaves the application's zone, or comes from another, for nodes.

    `share` of the requests: 2/3 if both sides are spread over three zones and nobody looks for the near one.
    Raises ValueError for what is no share.
    """
    _number("share", share, 0, 1)
    gb_an_hour = demand.per_second * 3600 * demand.kb * share / 1e6
    return Cost((Line("GB between zones", gb_an_hour, prices.CROSS_ZONE_GB, "2nd"),))


def per_million(usd_per_month: float, per_second: float) -> float:
    """USD for a million requests, at so many a second all month. Raises ValueError for none."""
    _number("usd_per_month", usd_per_month)
    _number("per_second", per_second)
    if per_second <= 0:
        raise ValueError(f"per_second={per_second!r}: without requests there is no price of a request")
    return usd_per_month / (per_second * SECONDS_PER_MONTH / 1e6)


def even_rate(usd_per_month: float, gb: float, kb: float = 1.0, engine: str = "valkey") -> float:
    """The requests a second, on average, up to which serverless costs less than `usd_per_month`.

    0 if what it stores costs as much already.
    """
    stored = serverless(Demand(gb, 0), engine).usd_per_month
    one_a_second = serverless(Demand(gb, 1, kb), engine).usd_per_month - stored
    return max(0.0, (usd_per_month - stored) / one_a_second)


def even_gb(usd_per_month: float, engine: str = "valkey") -> float:
    """The GB whose storage alone, without one request, costs `usd_per_month` as a serverless cache.

    0 if even an empty one costs more.
    """
    empty = serverless(Demand(0, 0), engine).usd_per_month
    return (
        0.0
        if usd_per_month < empty
        else usd_per_month / (prices.SERVERLESS[engine].gb_hour * HOURS_PER_MONTH)
    )


@dataclass(frozen=True)
class Saving:
    """What a cache changes on the whole bill, in USD a month. Below zero it loses money."""

    before: int
    """Databases needed without it."""
    after: int
    usd_per_month: float


def saving(reads: float, hit_ratio: float, each: float, database: float, cache: float) -> Saving:
    """`reads` a second for databases that serve `each` a second, at `database` USD a month each.

    `cache`: the cache's own bill, in USD a month. Raises ValueError for what cannot be: `hit_ratio` is a
    share, 0.95 for 95 %.
    """
    _number("hit_ratio", hit_ratio, 0, 1)
    for name, value in (("reads", reads), ("database", database), ("cache", cache)):
        _number(name, value, 0)
    _number("each", each)
    if each <= 0:
        raise ValueError(f"each={each!r}: a database that serves nothing is none")
    before = max(1, math.ceil(reads / each - 1e-9))
    after = max(1, math.ceil(reads * (1 - hit_ratio) / each - 1e-9))
    return Saving(before, after, (before - after) * database - cache)
