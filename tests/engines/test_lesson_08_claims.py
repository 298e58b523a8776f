"""What lesson 08 says of its breaker where the cache is a cluster."""

import threading
import time
from pathlib import Path

import nbformat
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import engines
from cachelab.engines.valkey import find_server

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs a real server")

LESSON = Path(__file__).parents[2] / "notebooks/08_outages_and_failover.ipynb"
FAILURES = "(redis.ConnectionError, redis.TimeoutError)"  # as the lesson's breaker names them


@pytest.fixture
def taught() -> str:
    """The lesson's breaker, as it stands there."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    return cells["breaker-memory"] + "\n\n" + cells["breaker-call"]


def made(source: str):
    names: dict = {"threading": threading, "time": time, "redis": redis}
    exec(compile(source, "lesson 08", "exec"), names)
    return names["Breaker"](pause=60.0), names["Open"]


def test_a_cluster_that_is_away_opens_no_breaker_unless_its_exception_is_named(taught):
    server = engines.ValkeyServer({"cluster-enabled": "yes"})
    server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    settings = dict(socket_timeout=5, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))
    client = redis.RedisCluster(host=server.host, port=server.port, **settings)
    server.kill()
    breaker, _ = made(taught)
    for _ in range(10):
        with pytest.raises(redis.RedisClusterException) as away:
            breaker.call(client.get, "user:42")
    assert breaker.opened is None and not isinstance(away.value, redis.RedisError)

    assert FAILURES in taught
    named, not_asked = made(taught.replace(FAILURES, FAILURES[:-1] + ", redis.RedisClusterException)"))
    for _ in range(5):
        with pytest.raises(redis.RedisClusterException):
            named.call(client.get, "user:42")
    with pytest.raises(not_asked):
        named.call(client.get, "user:42")
    client.close(), server.stop()
