"""pymemcache, whole, against a memcached in virtual time."""

import pytest
from pymemcache.client.base import Client
from pymemcache.client.hash import HashClient
from pymemcache.exceptions import MemcacheError, MemcacheUnexpectedCloseError

from cachelab import virtual

CAREFUL = {"timeout": 0.2, "connect_timeout": 0.2}


def test_a_ttl_of_n_seconds_lasts_n_minus_1_to_n():
    """lessons_06_07 §0: a lock of one second can be gone at once."""
    lived = []
    for wait in (0.1, 0.5, 0.9):
        with virtual.time() as clock:
            client = clock.memcached(latency=0.0).client()
            clock.sleep(wait)
            client.set("k", b"1", expire=1)
            began = clock.now
            while client.get("k") is not None:
                clock.sleep(0.01)
            lived.append(clock.now - began)
    assert lived == [pytest.approx(at, abs=0.02) for at in (0.9, 0.5, 0.1)]


def test_incidents_and_time_outs():
    with virtual.time() as clock:
        server = clock.memcached(latency=0.001)
        client = server.client(**CAREFUL)
        client.set("k", b"1")
        server.freeze()
        began = clock.now
        with pytest.raises(TimeoutError):
            client.get("k")
        assert clock.now - began == pytest.approx(0.2, abs=0.001)
        server.heal()
        assert client.get("k") == b"1"
        clock.after(0.0002, server.kill)
        with pytest.raises(MemcacheUnexpectedCloseError):  # which is no OSError
            client.get("k")
        with pytest.raises(ConnectionRefusedError):
            client.get("k")
        server.restart()
        assert client.get("k") is None
        assert server.client(ignore_exc=True, **CAREFUL).get("k") is None


def test_a_hash_client_marks_a_node_dead_and_asks_it_again():
    with virtual.time() as clock:
        nodes = [clock.memcached(f"node-{number}") for number in (1, 2, 3)]
        client = HashClient(
            [(node.host, node.port) for node in nodes],
            retry_attempts=0,
            dead_timeout=60,
            ignore_exc=True,
            **CAREFUL,
        )
        keys = [f"user:{number}" for number in range(60)]
        for key in keys:
            client.set(key, b"1", noreply=False)
        assert all(node.items for node in nodes)
        nodes[0].kill()
        hits = sum(client.get(key) is not None for key in keys)
        assert hits == len(keys) - len(nodes[0].items)
        asked = nodes[0].commands
        nodes[0].restart()
        client.get_many(keys)
        assert nodes[0].commands == asked  # it is dead for a minute
        clock.sleep(61)
        client.get_many(keys)
        client.get_many(keys)
        assert nodes[0].commands > asked


def test_the_log_and_what_is_refused():
    with virtual.time() as clock:
        clock.memcached()
        client = Client(("memcached", 11211))
        client.get("user:42")
        assert clock.log[-1][1:5] == ("main", "memcached", "get", "user:42")
        with pytest.raises(MemcacheError):
            client.set("k", b"x" * 2_000_000, noreply=False)
