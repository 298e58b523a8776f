"""recipes/cache_aside.py on a real server, and on a cluster."""

import threading

import pytest
import redis

from cachelab import engines
from cachelab.engines import ValkeyCluster, ValkeyServer
from cachelab.engines.relay import Relay
from cachelab.engines.valkey import find_server
from recipes import cache_aside
from recipes.cache_aside import CacheAside
from tests.pure.recipes.checks import ROW

pytestmark = pytest.mark.skipif(not find_server(), reason="needs a real Valkey")
# A busy machine is no cache that is away: what is healthy has the time that it takes.
PATIENT = {"socket_timeout": 60, "socket_connect_timeout": 60}
READING, DELETING = cache_aside.READING | PATIENT, cache_aside.DELETING | PATIENT


@pytest.fixture(scope="module", params=["one server", "a cluster of one"])
def connect(request):
    """Makes clients of it."""
    server = engines.ValkeyServer() if request.param == "one server" else ValkeyCluster(1)
    yield server.client
    server.stop()


def test_a_hit_a_change_and_a_value_as_it_was(connect):
    users = CacheAside("user", connect(**READING), connect(**DELETING), version="v2", alive=("v1", "v2"))
    users.start()
    rows = {42: ROW}
    loads = []

    def load():
        loads.append(42)
        return rows[42]

    assert users.get(42, load) == users.get(42, load) == ROW and loads == [42]
    assert 269_000 < connect().pttl("user:v2:42") <= 300_000
    users.change(42, lambda: rows.update({42: None}))
    assert users.get(42, load) is users.get(42, load) is None and loads == [42, 42]
    assert connect().ttl("user:v2:42") <= 30
    assert users.failures == {} and not users.to_delete


def test_a_delete_burns_the_ticket_of_who_is_still_loading(connect):
    users = CacheAside("order", connect(**READING), connect(**DELETING))

    def overtaken():
        users.change(7, lambda: None)
        return "old"

    assert users.get(7, overtaken) == "old"
    assert users.get(7, lambda: "new") == users.get(7, lambda: "newer") == "new"


def test_garbage_is_replaced_and_counted(connect):
    users = CacheAside("product", connect(**READING), connect(**DELETING))
    connect().rpush("product:v1:1", "Ada")
    assert users.get(1, lambda: ROW) == users.get(1, lambda: None) == ROW
    assert users.failures == {("read", "ResponseError"): 1}


def test_readers_in_threads_load_once(connect):
    users = CacheAside("page", connect(**READING), connect(**DELETING), patience=30)
    begun, loads, answers = threading.Barrier(8), [], []

    def load():
        loads.append(1)
        return "page"

    def read():
        begun.wait()
        answers.append(users.get(1, load))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["page"] * 8
    assert len(loads) == 1 and not users.failures


def test_a_user_who_may_not_run_scripts_stops_the_start(connect):
    admin, words = connect(), "reader on >secret ~* +@all -@scripting".split()
    where = {"target_nodes": "all"} if isinstance(admin, redis.RedisCluster) else {}
    admin.execute_command("ACL SETUSER", *words, **where)
    reading = connect(username="reader", password="secret", **READING)
    with pytest.raises(redis.exceptions.NoPermissionError):
        CacheAside("user", reading, connect(**DELETING)).start()


def test_a_primary_that_was_demoted_does_not_keep_our_deletes():
    """After a failover the address leads elsewhere, but who is connected stays with the old primary."""
    old, new = ValkeyServer(), ValkeyServer()
    try:
        with Relay(("127.0.0.1", old.port)) as address:
            reading, deleting = (redis.Redis(port=address.port, **how) for how in (READING, DELETING))
            users = CacheAside("user", reading, deleting)
            assert users.get(1, lambda: "Ada") == "Ada" and users.forget(2)
            new.client().set("user:v1:1", '"Ada"')
            address.retarget("127.0.0.1", new.port)
            old.client().replicaof("127.0.0.1", new.port)
            users.change(1, lambda: None)
            assert list(users.to_delete) == [1]
            users.catch_up()
            assert not users.to_delete and users.failures == {("delete", "ReadOnlyError"): 1}
            assert users.get(1, lambda: "Grace") == "Grace"
            assert new.client().get("user:v1:1") == b'"Grace"'
    finally:
        old.stop()
        new.stop()
