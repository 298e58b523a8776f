"""Replicas of the virtual cache: what WAIT says, and what a failover leaves."""

import math

import pytest

from cachelab import virtual


def pair(clock, *lags):
    cache = clock.cache(latency=0.001)
    replicas = cache.replicas(*lags)
    connect = {"decode_responses": True, "single_connection_client": True}
    return cache, replicas, lambda: cache.client(**connect)


def test_wait_says_how_many_have_the_last_write_of_this_connection():
    with virtual.time() as clock:
        cache, _, connect = pair(clock, 0.05, 0.2, math.inf)
        one, other = connect(), connect()
        one.set("order:7", "paid")
        began = clock.now
        assert one.wait(2, 1000) == 2 and 0.19 < clock.now - began < 0.22
        assert one.wait(3, 500) == 2 and 0.69 < clock.now - began < 0.75
        assert other.wait(3, 500) == 3  # it wrote nothing, and has nothing to wait for
        assert other.set("order:7", "paid", nx=True) is None and other.wait(3, 500) == 3  # nor now
        assert other.set("order:7", "paid") and other.wait(0, 500) == 0
        assert one.pipeline(transaction=False).set("order:8", "paid").wait(1, 10).execute() == [True, 0]
        assert cache.ask("EXISTS", "order:8") == 1


def test_in_a_transaction_wait_does_not_wait_and_tells_of_what_was_before():
    with virtual.time() as clock:
        _, _, connect = pair(clock, math.inf)
        assert connect().pipeline().set("order:7", "paid").wait(1, 300).execute() == [True, 1]


def test_what_no_replica_had_is_lost_with_the_primary():
    with virtual.time() as clock:
        cache, replicas, connect = pair(clock, 0.1, 0.3)
        client = connect()
        client.set("order:1", "paid", ex=60)
        clock.sleep(0.2)
        client.set("order:2", "paid")
        clock.sleep(0.05)
        cache.failover()
        assert client.mget("order:1", "order:2") == ["paid", None] and 0 < client.ttl("order:1") <= 60
        clock.sleep(1)
        assert client.mget("order:1", "order:2") == ["paid", None]  # what was on its way is lost, too
        assert client.set("order:2", "paid") and client.wait(2, 1000) == 2


def test_a_primary_that_comes_back_empty_empties_its_replica():
    with virtual.time() as clock:
        cache, _, connect = pair(clock, 0.1)
        client = connect()
        client.set("order:1", "paid")
        assert client.wait(1, 1000) == 1
        cache.kill()
        cache.restart()  # a reboot by hand is no failover
        clock.sleep(0.2)
        cache.failover()
        assert connect().dbsize() == 0


def test_a_link_that_speaks_again_brings_what_was_missed():
    with virtual.time() as clock:
        cache, replicas, connect = pair(clock, math.inf)
        client = connect()
        client.set("order:1", "paid")
        replicas.lag(0, 0.1)
        assert client.wait(1, 1000) == 1
        cache.failover()
        assert client.get("order:1") == "paid"


def test_clear_errors():
    with virtual.time() as clock:
        cache, *_ = pair(clock, 0.1)
        with pytest.raises(ValueError, match="has replicas already"):
            cache.replicas(0.1)
        with pytest.raises(ValueError, match="no replica that could take over"):
            clock.cache("other").failover()
        with pytest.raises(ValueError, match="-1"):
            cache.replication.lag(0, -1)
