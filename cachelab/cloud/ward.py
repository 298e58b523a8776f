"""A ward of six sick caches: real nodes in an account in a box, each ill in its own way.

    with cloud.account(provisioning_time=0) as aws:
        ward = Ward(aws)
        ward.minutes(3)             # customers come, illnesses act, CloudWatch samples
        print(ward.chart())         # what a doctor sees
        ward.cause("bed-1")         # what it was

Who lies in which bed is drawn by `seed`. The box does not filter packets by security group; a relay in front
of that node drops them, as AWS does.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import fill
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab.cloud.account import AccountError
from cachelab.engines.relay import Relay

COLUMNS = 74  # what a notebook beside the file browser shows of a line, on a laptop of 1024 pixels
CUSTOMERS, PRODUCTS = 120, 50  # a minute; every twentieth asks for a product that does not exist
# commands of CloudWatch and of who examines, not of the patient
OURS = {"auth", "client", "cluster", "command", "config", "hello", "info", "latency", "slowlog"}
METRICS = {  # what the chart shows, and how a minute is read
    "EngineCPUUtilization": "Average",
    "DatabaseMemoryUsagePercentage": "Average",
    "Evictions": "Sum",
    "CacheHitRate": "Average",
    "CurrConnections": "Average",
    "NewConnections": "Sum",
    "GetTypeCmds": "Sum",
    "NetworkBytesOut": "Sum",
    "CurrItems": "Average",
}


@dataclass
class Illness:
    """`begins` once, `acts` each minute; `cause` is told at the end."""

    name: str
    cause: str
    begins: Callable[[Bed], None] = lambda bed: None
    acts: Callable[[Bed], None] = lambda bed: None
    order: dict[str, Any] = field(default_factory=dict)  # what its group is ordered with, besides

    @property
    def sharded(self) -> bool:
        return "NumNodeGroups" in self.order


@dataclass
class Bed:
    """One cache: `client` is the application's, `admin` belongs to the illness."""

    name: str
    illness: Illness
    address: tuple[str, int]
    client: redis.Redis
    admin: redis.Redis
    way: Relay
    errors: dict[str, int] = field(default_factory=dict)  # of the application's calls, by name
    kept: list = field(default_factory=list)  # connections that somebody forgets to close


class Ward:
    """Six groups of one account, one illness each. `close()` it before the account: its connections end."""

    def __init__(self, aws: Any, seed: int = 1):
        self._aws = aws
        self._elasticache, self._cloudwatch = aws.client("elasticache"), aws.client("cloudwatch")
        illnesses = list(ILLNESSES.values())
        random.Random(seed).shuffle(illnesses)
        beds = {f"bed-{number}": illness for number, illness in enumerate(illnesses, 1)}
        self._made: list[str] = []  # parameter groups
        self._parameters("watched")
        self._parameters("little-memory", {"reserved-memory-percent": 98, "maxmemory-policy": "allkeys-lru"})
        for name, illness in beds.items():
            usual = {"NumCacheClusters": 1, "CacheParameterGroupName": "watched"}
            self._elasticache.create_replication_group(
                ReplicationGroupId=name,
                ReplicationGroupDescription="a patient",
                Engine="valkey",
                CacheNodeType="cache.t4g.micro",
                **(illness.order if illness.sharded else usual | illness.order),
            )
        aws.settle()
        self.beds = {name: self._bed(name, illness) for name, illness in beds.items()}
        for bed in self.beds.values():
            for number in range(PRODUCTS):
                bed.admin.set(f"product:{number}", f"page of product {number}")
            bed.illness.begins(bed)
            bed.admin.slowlog_reset()

    def _parameters(self, name: str, values: dict[str, Any] | None = None) -> None:
        """A parameter group whose SLOWLOG begins at 1 ms."""
        values = {"slowlog-log-slower-than": 1000} | (values or {})
        self._elasticache.create_cache_parameter_group(
            CacheParameterGroupName=name, CacheParameterGroupFamily="valkey9", Description="the ward's"
        )
        self._made.append(name)
        self._elasticache.modify_cache_parameter_group(
            CacheParameterGroupName=name,
            ParameterNameValues=[
                {"ParameterName": key, "ParameterValue": str(value)} for key, value in values.items()
            ],
        )

    def _bed(self, name: str, illness: Illness) -> Bed:
        host, port = next(row["endpoint"] for row in self._aws.topology(name))
        way = Relay((host, port))
        if illness.sharded:
            client = admin = redis.RedisCluster(host=host, port=port, decode_responses=True)
        else:
            patience = {"socket_timeout": 2.0, "socket_connect_timeout": 0.25, "retry": Retry(NoBackoff(), 0)}
            client = redis.Redis(host=way.host, port=way.port, decode_responses=True, **patience)
            admin = redis.Redis(host=host, port=port, decode_responses=True)
        return Bed(name, illness, (host, port), client, admin, way)

    def minutes(self, count: int = 1) -> None:
        """So many minutes: customers come, illnesses act, CloudWatch samples each node."""
        for _ in range(count):
            for bed in self.beds.values():
                bed.illness.acts(bed)
                for number in range(CUSTOMERS):
                    self._customer(bed, number)
                    if bed.errors.get("TimeoutError", 0) % 3 == 2:
                        break  # a few time-outs tell enough
            self._aws.minute()

    def _customer(self, bed: Bed, number: int) -> None:
        wanted = "sold-out" if number % 20 == 19 else number % PRODUCTS
        try:
            bed.client.get(f"product:{wanted}")
        except redis.RedisError as error:
            name = type(error).__name__
            bed.errors[name] = bed.errors.get(name, 0) + 1

    # what a doctor sees

    def nodes(self, name: str | None = None) -> list[str]:
        """The nodes of a bed, or of all."""
        return sorted(row["id"] for bed in ([name] if name else self.beds) for row in self._aws.topology(bed))

    def metric(self, node: str, metric: str) -> list[float | None]:
        """What CloudWatch has of this node, minute by minute, the oldest first; None: no point."""
        asked = {
            "Period": 60,
            "Stat": METRICS.get(metric, "Average"),
            "Metric": {
                "Namespace": "AWS/ElastiCache",
                "MetricName": metric,
                "Dimensions": [
                    {"Name": "CacheClusterId", "Value": node},
                    {"Name": "CacheNodeId", "Value": "0001"},
                ],
            },
        }
        found = self._cloudwatch.get_metric_data(
            StartTime=self._aws.now() - timedelta(minutes=10),
            EndTime=self._aws.now(),
            ScanBy="TimestampAscending",
            MetricDataQueries=[{"Id": "m", "MetricStat": asked}],
        )["MetricDataResults"][0]["Values"]
        return found or [None]

    def chart(self, columns: int = COLUMNS) -> str:
        """The last minute of every node: a row for each metric. Nodes for which a line of so many columns has
        no room come below, beside the metrics' names again."""
        names = ["", *METRICS]
        label = max(map(len, names)) + 1
        blocks, room = [], 0
        for node in self.nodes():
            column = [node, *(_short(self.metric(node, metric)[-1]) for metric in METRICS)]
            width = max(map(len, column)) + 1
            if width > room:
                blocks.append([[name.ljust(label) for name in names]])
                room = columns - label
            blocks[-1].append([cell.rjust(width) for cell in column])
            room -= width
        return "\n\n".join(
            "\n".join("".join(row).rstrip() for row in zip(*block, strict=True)) for block in blocks
        )

    def examine(self, name: str) -> str:
        """INFO and SLOWLOG of one bed, asked the way its application asks; and the application's errors."""
        bed = self._known(name)
        errors = ", ".join(f"{count} × {error}" for error, count in bed.errors.items())
        lines = [f"errors of the application: {errors or 'none'}"]
        for row in self._aws.topology(name):
            host, port = row["endpoint"]
            if bed.illness.sharded:
                lines.append(f"{row['id']}:")
            if bed.client is not bed.admin:
                host, port = bed.way.host, bed.way.port
            patience = {"socket_timeout": 2.0, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
            asked = redis.Redis(host=host, port=port, decode_responses=True, **patience)
            try:
                lines += _said(asked)
            except redis.RedisError as error:
                lines.append(f"INFO and SLOWLOG: {type(error).__name__}")
            finally:
                asked.close()
        return "\n".join(fill(line, COLUMNS, subsequent_indent="  ") for line in lines)

    def illness(self, name: str) -> str:
        """The name of what this bed has."""
        return self._known(name).illness.name

    def cause(self, name: str) -> str:
        """What it was, in a sentence."""
        bed = self._known(name)
        return fill(f"{bed.illness.name}: {bed.illness.cause}", COLUMNS)

    def _known(self, name: str) -> Bed:
        if name not in self.beds:
            raise ValueError(f"There is no bed {name!r} in this ward: {', '.join(self.beds)}.")
        return self.beds[name]

    def close(self) -> None:
        """Close every connection and relay, and delete what was ordered: another ward may come. Closed twice,
        or after its account, it stays closed."""
        for bed in self.beds.values():
            for client in (*bed.kept, bed.client, bed.admin):
                client.close()
            bed.way.close()
        with suppress(AccountError):  # closed: nothing is left
            for name in self.beds if self._made and self._aws.topology() else ():
                self._elasticache.delete_replication_group(ReplicationGroupId=name)
            self._aws.settle()
            while self._made:
                self._elasticache.delete_cache_parameter_group(CacheParameterGroupName=self._made.pop())


def _short(value: float | None) -> str:
    if value is None:
        return "–"
    if value >= 1_000_000:
        return f"{value / 1e6:,.1f} M"
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"


def _said(asked: redis.Redis) -> list[str]:
    """The few lines of INFO and SLOWLOG that a doctor reads first."""
    info = asked.info("everything")
    stats = {key.removeprefix("cmdstat_"): value for key, value in info.items() if key.startswith("cmdstat_")}
    theirs = (name for name in stats if name.partition("|")[0] not in OURS)
    most = sorted(theirs, key=lambda name: -stats[name]["usec"])[:3]
    lines = [
        f"memory: {info['used_memory'] / 1e6:.1f} MB of {info['maxmemory'] / 1e6:.0f} MB,"
        f" {info['evicted_keys']:,} evicted; clients: {info['connected_clients']}",
        "commandstats: "
        + ", ".join(
            f"{name} {stats[name]['calls']:,} calls of {stats[name]['usec_per_call']:,.0f} µs"
            for name in most
        ),
    ]
    slow = asked.slowlog_get(128)
    found: dict[str, list[int]] = {}
    for entry in slow:
        command = entry["command"]
        words = command.decode(errors="replace") if isinstance(command, bytes) else command
        if words.split()[0].lower() in OURS:
            continue
        found.setdefault(" ".join(words.split()[:2])[:40], []).append(entry["duration"])
    told = [f"{command} {len(times)}×, up to {max(times) / 1000:.0f} ms" for command, times in found.items()]
    return [*lines, "SLOWLOG: " + (", ".join(told[:4]) or "empty")]


# --- the illnesses -------------------------------------------------------------------------------------


SIMILAR = "local n = 0 for i = 1, 8000000 do n = n + i % 7 end return n"


def _computes_in_the_cache(bed: Bed) -> None:
    for _ in range(3):
        bed.admin.eval(SIMILAR, 0)


def _stores_pages(bed: Bed) -> None:
    with bed.admin.pipeline(transaction=False) as pipeline:
        for _ in range(1100):
            pipeline.set(f"report:{random.randrange(10**9)}", "x" * 10_000)
        pipeline.execute()


def _forgets_connections(bed: Bed) -> None:
    for _ in range(60):
        client = redis.Redis(host=bed.address[0], port=bed.address[1])
        client.ping()
        bed.kept.append(client)


def _one_hash_for_all(bed: Bed) -> None:
    for first in range(0, 30_000, 2000):
        bed.admin.hset("carts", mapping={first + n: "lamp, table, chair" * 3 for n in range(2000)})


def _reads_all_carts(bed: Bed) -> None:
    for _ in range(2):
        bed.admin.hgetall("carts")


def _everybody_wants_one(bed: Bed) -> None:
    for _ in range(1000):
        bed.client.get("product:7")


def _closes_the_group(bed: Bed) -> None:
    bed.client.ping()
    bed.admin.connection_pool.disconnect()
    bed.way.black_hole()
    bed.way.cut()


ILLNESSES = {
    illness.name: illness
    for illness in (
        Illness(
            "a command that eats the processor",
            "three times a minute a script in Lua looks for similar products, and all others wait for it.",
            acts=_computes_in_the_cache,
        ),
        Illness(
            "too little memory",
            "11 MB of reports are stored each minute where 10 MB have room: what customers want is evicted.",
            acts=_stores_pages,
            order={"CacheParameterGroupName": "little-memory"},
        ),
        Illness(
            "connections that nobody closes",
            "a program makes a client for each request and keeps it: sixty more each minute, to no end.",
            acts=_forgets_connections,
        ),
        Illness(
            "one big key",
            "all carts are fields of one hash, and a job reads it whole, with HGETALL, twice a minute.",
            _one_hash_for_all,
            _reads_all_carts,
        ),
        Illness(
            "one hot key",
            "nine requests of ten are for product:7, and that key lives on one of two shards.",
            acts=_everybody_wants_one,
            order={"NumNodeGroups": 2, "ReplicasPerNodeGroup": 0, "AutomaticFailoverEnabled": True},
        ),
        Illness(
            "a closed security group",
            "nobody may reach port 6379 any more. AWS drops the packets: no refusal, only silence.",
            _closes_the_group,
        ),
    )
}
