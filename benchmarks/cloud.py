"""The account in a box: how long a replication group takes to be there, and how long a failover lasts.

Against three bare servers that replicate, and against the time between two looks at the nodes.
"""

import contextlib
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from benchmarks import Row
from cachelab import cloud
from cachelab.cloud.plane.fleet import TICK
from cachelab.engines.ports import free_port
from cachelab.engines.valkey import find_server

ROUNDS = 7
FAILOVERS = 5
GOAL = 2.0  # seconds: both for three connectable nodes and for the gap in writes


def rows() -> Iterator[Row]:
    with cloud.account(provisioning_time=0) as aws:
        _group(aws, "warm")  # what is imported and compiled once per kernel is not a group's own time
        bare, ours = [], []
        for number in range(ROUNDS):  # in turns, so that both meet the same load on the machine
            bare.append(_three_bare_servers())
            ours.append(_group(aws, f"group-{number}"))
        floor, mine = statistics.median(bare), statistics.median(ours)
        raw = f"{mine * 1e3:.0f} ms against {floor * 1e3:.0f} ms, medians of {ROUNDS}"
        yield Row("group of 3 nodes, connectable / 3 bare valkey servers", mine / floor, detail=raw)
        slowest = f"slowest of {ROUNDS}: {max(ours) * 1e3:.0f} ms"
        yield Row(f"group of 3 nodes, connectable / {GOAL:g} s", max(ours) / GOAL, goal=1, detail=slowest)
        gaps = [_write_gap(aws, f"failover-{number}") for number in range(FAILOVERS)]
    worst, middle = max(gaps), statistics.median(gaps)
    raw = f"{middle * 1e3:.0f} ms against {TICK * 1e3:.0f} ms between two looks, median of {FAILOVERS}"
    yield Row("write gap of a failover / longest time unnoticed", middle / TICK, detail=raw)
    yield Row(
        f"write gap of a failover / {GOAL:g} s", worst / GOAL, goal=1, detail=f"worst: {worst * 1e3:.0f} ms"
    )


def _create(aws, name: str) -> dict:
    """A primary with two replicas, as AWS describes it."""
    elasticache = aws.client("elasticache")
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription=name,
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
    )
    return elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def _group(aws, name: str) -> float:
    """Seconds until each of the three nodes has answered at the address boto3 gave for it."""
    begun = time.perf_counter()
    [shard] = _create(aws, name)["NodeGroups"]
    for endpoint in (shard["PrimaryEndpoint"], *(m["ReadEndpoint"] for m in shard["NodeGroupMembers"])):
        with _client(endpoint["Port"]) as client:
            client.ping()
    seconds = time.perf_counter() - begun
    aws.client("elasticache").delete_replication_group(ReplicationGroupId=name)
    return seconds


def _three_bare_servers() -> float:
    """Seconds until a server and two replicas of it, started as a shell script would, are in step."""
    directory = Path(tempfile.mkdtemp(prefix="bare-"))
    primary, *replicas = ports = list({free_port(): None for _ in range(6)})[:3]
    for port in ports:
        (directory / str(port)).mkdir()
    servers = []
    begun = time.perf_counter()
    try:
        servers.append(_bare_server(directory, primary))
        _until(lambda: _says(primary, "role") == "master")  # before that, replicas would wait a second more
        for port in replicas:
            servers.append(_bare_server(directory, port, "--replicaof", f"127.0.0.1 {primary}"))
        _until(lambda: all(_says(port, "master_link_status") == "up" for port in replicas))
        return time.perf_counter() - begun
    finally:
        for server in servers:
            server.kill()
            server.wait()
        shutil.rmtree(directory)


def _bare_server(directory: Path, port: int, *more: str) -> subprocess.Popen:
    own = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory / str(port)), "--save", ""]
    sync = ["--repl-diskless-sync", "no", "--repl-diskless-load", "flush-before-load"]
    return subprocess.Popen([str(find_server()), *own, *sync, *more], stdout=subprocess.DEVNULL)


def _says(port: int, item: str) -> str | None:
    with contextlib.suppress(redis.RedisError), _client(port) as client:
        return client.info("replication").get(item)
    return None


def _write_gap(aws, name: str) -> float:
    """The longest time between two confirmed writes while the primary is killed under them."""
    [shard] = _create(aws, name)["NodeGroups"]
    gaps, over = [], threading.Event()

    def write() -> None:
        last = time.perf_counter()
        with _client(shard["PrimaryEndpoint"]["Port"]) as client:
            while not over.is_set():
                try:
                    client.incr("writes")
                except redis.RedisError:
                    time.sleep(0.005)
                else:
                    last, before = time.perf_counter(), last
                    gaps.append(last - before)

    writer = threading.Thread(target=write)
    writer.start()
    _until(lambda: len(gaps) > 100)
    aws.fail_node(next(row["id"] for row in aws.topology(name) if row["role"] == "primary"))
    seen = len(gaps)
    _until(lambda: len(gaps) > seen + 1000)
    over.set()
    writer.join()
    aws.client("elasticache").delete_replication_group(ReplicationGroupId=name)
    return max(gaps[50:])  # without the connection's own start


def _until(true) -> None:
    while not true():
        time.sleep(0.005)


def _client(port: int) -> redis.Redis:
    return redis.Redis("127.0.0.1", port, socket_timeout=GOAL, retry=Retry(NoBackoff(), 0))
