"""A cluster of real servers: slots, a plain client, a lost node, and additions while it changes."""

import itertools
import threading
import time

import pytest
import redis

from cachelab.engines import EngineError, ValkeyCluster, ValkeyServer
from cachelab.engines.valkey import find_server
from cachelab.workload.additions import Additions
from cachelab.workload.ring import shard_of, slot_of

from .conftest import module

pytestmark = pytest.mark.skipif(not find_server(), reason="needs a real Valkey")


@pytest.fixture(scope="module")
def cluster():
    cluster = ValkeyCluster()
    yield cluster
    cluster.stop()


def test_keys_are_where_their_slots_say(cluster):
    client = cluster.client(decode_responses=True)
    keys = [f"user:{number}" for number in range(60)] + ["{user:1}:cart", "{}x", "a{b}{c}", "größe", "{{a}}"]
    keys += ["user:44865"]  # the first slot of the second shard
    told = [cluster.nodes[0].client().execute_command("CLUSTER KEYSLOT", key) for key in keys]
    assert told == [slot_of(key) for key in keys]
    for key in keys:
        client.set(key, "here")
        node = client.get_node_from_key(key)
        assert (node.host, node.port) == cluster.addresses[shard_of(key, 3)]


def test_a_plain_client_hears_where_else_to_go(cluster):
    plain = cluster.nodes[0].client()
    elsewhere = next(f"user:{number}" for number in range(99) if shard_of(f"user:{number}", 3) == 2)
    with pytest.raises(redis.exceptions.MovedError):
        plain.get(elsewhere)


def test_a_cluster_client_sends_commands_of_its_own(cluster):
    """Lesson 09: whoever names the commands of a user names these, too."""
    named = {"username": "narrow", "password": "secret"}

    def allow(*commands):
        for node in cluster.nodes:
            rights = ("reset", "on", ">secret", "~shop:*", "+set", *commands)
            node.client().execute_command("ACL", "SETUSER", "narrow", *rights)

    for missing in ((), ("+command",), ("+cluster|slots",)):
        allow(*missing)
        with pytest.raises((redis.exceptions.NoPermissionError, redis.exceptions.RedisClusterException)):
            cluster.client(**named).set("shop:1", "lamp")
    allow("+cluster|slots", "+command")
    assert cluster.client(**named).set("shop:1", "lamp")


def test_where_one_node_does_not_start_the_others_do_not_stay(monkeypatch):
    started, first, one_is_there = [], itertools.count(), threading.Event()

    def all_but_the_first(config):
        if next(first) == 0:
            one_is_there.wait(30)
            raise EngineError("no room")
        started.append(ValkeyServer(config))
        one_is_there.set()
        return started[-1]

    monkeypatch.setattr(module("cluster"), "ValkeyServer", all_but_the_first)
    with pytest.raises(EngineError, match="no room"):
        ValkeyCluster(2)
    assert [node.alive for node in started] == [False]


def test_what_is_lost_and_what_fails_is_counted(cluster):
    with Additions(cluster.host, cluster.port) as clients:
        while clients.acknowledged < 50:
            time.sleep(0.01)
        for node in cluster.nodes:
            node.client().flushall()
        for node in cluster.nodes:
            node.client().config_set("maxmemory", 1)
        deadline = time.monotonic() + 20
        while not clients.errors and time.monotonic() < deadline:
            time.sleep(0.01)
    noticed = clients.noticed()
    assert noticed.errors == clients.errors["OutOfMemoryError"] > 0 and noticed.longest >= noticed.median > 0
    assert 0 < clients.lost() <= clients.acknowledged
    assert not [one for one in threading.enumerate() if one.name.startswith("additions")]
    for node in cluster.nodes:
        node.client().config_set("maxmemory", 0)
