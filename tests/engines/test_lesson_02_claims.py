"""What lesson 02 says of the two servers, against the two servers."""

import os
import pickle
import signal
import socket
import ssl
import threading
import time

import pymemcache
import pytest
import redis
from pymemcache.client.hash import HashClient
from pymemcache.client.rendezvous import RendezvousHash

from cachelab import cloud
from cachelab.engines import MemcachedServer, ValkeyServer, stop_all
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.engines.relay import Relay
from cachelab.engines.tls import authority
from cachelab.engines.valkey import find_server as find_valkey
from cachelab.workload.clients import Clients
from cachelab.workload.compare import duel, eviction, memory
from cachelab.workload.compare.experiments import EXPERIMENTS, costs, holds, survives

pytestmark = pytest.mark.skipif(
    not (find_memcached() and find_valkey()), reason="needs a real Valkey and a real Memcached"
)


@pytest.fixture(scope="module")
def valkey():
    yield ValkeyServer()
    stop_all()


@pytest.fixture(scope="module")
def memcached():
    yield MemcachedServer()
    stop_all()


@pytest.fixture
def cache(valkey):
    client = valkey.client()
    client.flushall()
    return client


@pytest.fixture
def mc(memcached):
    client = memcached.client(default_noreply=False)
    client.flush_all()
    return client


def raw(engine, request: bytes) -> bytes:
    """The first line of the server's own answer, with no client library in between."""
    with socket.create_connection((engine.host, engine.port), timeout=5) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline()


def until(condition, seconds: float = 60.0):
    """What `condition` gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return found


def two_at_once(work, connect):
    threads = [threading.Thread(target=work, args=[connect()]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_every_row_has_its_experiments_and_they_run(valkey, memcached):
    match = duel.Duel(valkey, memcached, EXPERIMENTS)
    assert EXPERIMENTS.keys() == duel.USUAL.keys()
    for row in duel.USUAL:
        match.run(row)
        assert "not shown" not in match[row].valkey.said + match[row].memcached.said, row
    assert match["restart"]["left"] == 0 and match["copies"]["bob"] == "gone"
    assert match["updates"].held == {"Redis is atomic": True, "Memcached must read and write back": False}
    assert 1500 < match["lost node"]["left"] < 2500
    assert "mem_allocator" in costs.memory_of_valkey.__code__.co_consts
    assert match["memory"]["ttl"] > 8  # an end costs its time stamp, and a place to find it by


# --- what they hold ------------------------------------------------------------------------------------


def test_get_and_set_lose_an_update_when_two_read_before_either_writes(mc):
    mc.set("ada", 0)
    first, second = int(mc.get("ada")), int(mc.get("ada"))
    mc.set("ada", first + 1), mc.set("ada", second + 1)
    assert int(mc.get("ada")) == 1


def test_cas_refuses_who_was_overtaken_and_whoever_lost_the_key(mc):
    mc.set("ada", 0)
    _, token = mc.gets("ada")
    mc.set("ada", 5)
    assert mc.cas("ada", 1, token) is False
    mc.delete("ada")
    assert mc.cas("ada", 1, token) is None
    assert mc.get("ada") is None


def test_changes_on_the_server_lose_nothing(cache, valkey, mc, memcached):
    def by_zincrby(client):
        for _ in range(200):
            client.zincrby("board", 1, "ada")

    def by_incr(client):
        for _ in range(200):
            client.incr("ada", 1)

    def by_cas(client):
        for _ in range(200):
            stored = False
            while not stored:
                points, token = client.gets("tries")
                stored = client.cas("tries", int(points) + 1, token)

    mc.set("ada", 0), mc.set("tries", 0)
    two_at_once(by_zincrby, valkey.client)
    two_at_once(by_incr, memcached.client)
    two_at_once(by_cas, memcached.client)
    assert (cache.zscore("board", "ada"), mc.get("ada"), mc.get("tries")) == (400, b"400", b"400")


def test_what_valkey_calls_its_types(cache):
    cache.setbit("bitmap", 7, 1)
    cache.geoadd("map", (13.4, 52.5, "Berlin"))
    cache.pfadd("sketch", "ada")
    cache.zadd("board", {"ada": 3, "bob": 1, "cyd": 2})
    names = ("bitmap", "map", "sketch", "board")
    assert [cache.type(name) for name in names] == [b"string", b"zset", b"string", b"zset"]
    assert cache.get("bitmap") == b"\x01"
    assert cache.zrevrange("board", 0, 1) == [b"ada", b"cyd"]


def test_how_memcached_counts(mc, cache):
    assert mc.incr("nobody", 1) is None
    mc.set("n", "2"), mc.decr("n", 5)
    assert mc.get("n").strip() == b"0"
    mc.set("n", str(2**64 - 1))
    assert mc.incr("n", 1) == 0
    cache.set("n", 2**63 - 1)
    with pytest.raises(redis.ResponseError, match="overflow"):
        cache.incr("n")
    assert cache.decr("m") == -1


def test_points_are_lost_only_by_who_reads_and_writes_back(valkey, memcached):
    def get_and_set(client, both_have_read):
        points = int(client.get("ada"))
        both_have_read()
        client.set("ada", points + 1)

    def check_and_set(client, both_have_read):
        stored = False
        while not stored:
            points, token = client.gets("ada")
            both_have_read()
            stored = client.cas("ada", int(points) + 1, token)

    assert holds.points_lost(memcached, get_and_set) == 100  # one of each pair, whoever is scheduled when
    assert holds.points_lost(memcached, check_and_set) == 0
    assert holds.points_lost(valkey, lambda client, _: client.incr("ada")) == 0
    turns = iter((1, 0))  # one of the two waits for the other, which fails
    with pytest.raises(ZeroDivisionError):
        holds.points_lost(valkey, lambda _, both_have_read: 1 / next(turns) and both_have_read())


def test_flags_travel_with_the_value(mc):
    mc.set("hits", "41", flags=9)
    mc.incr("hits", 1)
    assert mc.raw_command("mg hits f") == b"HD f9"


def test_a_value_over_a_megabyte_is_refused_and_takes_the_old_one_with_it(mc, cache):
    mc.set("page", "older page")
    with pytest.raises(pymemcache.MemcacheServerError, match="too large"):
        mc.set("page", "x" * (2**20 + 1))
    assert mc.get("page") is None
    with pytest.raises(pymemcache.MemcacheServerError, match="too large"):
        mc.set("page", "x" * 2**20)  # the header counts as well
    assert mc.set("page", "x" * (2**20 - 200))
    assert cache.set("page", "x" * (2**20 + 1))


def test_without_an_answer_the_refusal_goes_unheard(mc, memcached):
    mc.set("page", "older page")
    assert memcached.client().set("page", "x" * (2**20 + 1)) is True
    until(lambda: mc.get("page") is None)


def test_keys(cache, mc, memcached):
    assert mc.set("k" * 250, "x")
    for key in ("k" * 251, "user 42"):
        with pytest.raises(pymemcache.MemcacheIllegalInputError):
            mc.set(key, "x")
    assert raw(memcached, b"get %s\r\n" % (b"k" * 251)).startswith(b"CLIENT_ERROR")
    for key in ("k" * 10_000, "user 42\r\n", b"\x00"):
        assert cache.set(key, "x") and cache.get(key) == b"x"


# --- what survives -------------------------------------------------------------------------------------


def test_a_crash_empties_both_and_a_snapshot_knows_nothing_later():
    v, m = ValkeyServer(), MemcachedServer()
    v.client().set("user:42", "Ada"), m.client().set("user:42", "Ada", noreply=False)
    v.kill(), m.kill(), v.restart(), m.restart()
    assert v.client().get("user:42") is None and m.client().get("user:42") is None
    v.client().set("user:42", "Ada")
    v.client().save()
    v.client().set("late", "1")
    v.kill(), v.restart()
    assert (v.client().get("user:42"), v.client().get("late")) == (b"Ada", None)
    v.stop(), m.stop()


def test_memcached_restarts_warm_from_its_memory_file(tmp_path):
    server = MemcachedServer(("-e", tmp_path / "memory"))
    server.client().set("user:42", "Ada", noreply=False)
    os.kill(server.pid, signal.SIGUSR1)
    until(lambda: not server.alive)
    time.sleep(1.1)  # it refuses a memory file from the same second
    server.restart()
    assert server.client().get("user:42") == b"Ada"
    server.kill(), server.restart()  # a crash is no warm restart
    assert server.client().get("user:42") is None
    server.stop()


def test_extstore_moves_values_to_a_disk(tmp_path):
    options = f"ext_page_size=8,ext_wbuf_size=2,ext_path={tmp_path / 'ext'}:64m"
    server = MemcachedServer(("-m", 64, "-o", options))
    client = server.client(default_noreply=False)
    if b"extstore_objects_written" not in client.stats():
        pytest.skip("this Memcached was built without extstore")
    value = os.urandom(20_000).hex()
    for i in range(1800):
        client.set(f"big:{i}", value)
    until(lambda: client.stats()[b"extstore_objects_written"] > 0)
    assert client.get("big:0") == value.encode()
    server.stop()


def test_a_failover_loses_what_was_acknowledged_and_not_yet_copied():
    primary = ValkeyServer({"repl-diskless-sync-delay": 0})
    road = Relay((primary.host, primary.port))
    replica = ValkeyServer({"replicaof": f"{road.host} {road.port}"})
    writer, reader = primary.client(), replica.client()
    # What was written before a replica came is no part of what WAIT waits for: so let it come first.
    assert any(writer.wait(1, 1000) for _ in range(20))
    writer.set("user:42", "Ada")
    assert any(writer.wait(1, 1000) for _ in range(20))
    with pytest.raises(redis.ReadOnlyError):
        reader.set("user:44", "Cyd")
    road.hang()
    assert writer.set("user:43", "Bob") is True
    primary.kill(), road.close()
    reader.replicaof("NO", "ONE")
    assert (reader.get("user:42"), reader.get("user:43")) == (b"Ada", None)
    assert reader.set("user:44", "Cyd")
    replica.stop()


def test_a_lost_node_takes_its_own_keys_and_no_others():
    nodes = [MemcachedServer() for _ in range(3)]
    addresses = [(node.host, node.port) for node in nodes]
    pool = HashClient(addresses, ignore_exc=True, retry_attempts=0, default_noreply=False)
    keys = [f"user:{i}" for i in range(600)]
    pool.set_many(dict.fromkeys(keys, "Ada"))
    on_the_dead = {key for key in keys if nodes[1].client().get(key)}
    nodes[1].kill()
    assert {key for key in keys if pool.get(key) is None} == on_the_dead
    assert 120 < len(on_the_dead) < 280
    pool.set_many(dict.fromkeys(keys, "Ada"))  # the survivors take them over
    assert all(pool.get(key) for key in keys)
    for node in nodes:
        node.kill()


def test_rendezvous_hashing_moves_keys_to_the_new_node_only():
    keys, before = [f"user:{i}" for i in range(3000)], ["A", "B", "C"]
    old, new = RendezvousHash(before), RendezvousHash([*before, "D"])
    moved = [key for key in keys if old.get_node(key) != new.get_node(key)]
    assert {new.get_node(key) for key in moved} == {"D"}
    assert len(moved) < 3000 / 3


def test_a_node_that_was_out_of_reach_comes_back_with_what_was_deleted():
    with survives.two_nodes("product:7:price", "19.99") as (pool, link):
        link.hang()
        assert pool.delete("product:7:price") is False
        assert pool.set("product:7:price", "24.99") is True
        assert pool.get("product:7:price") == b"24.99"
        link.cut(), link.resume()
        until(lambda: pool.get("product:7:price") == b"19.99")


def test_a_deleted_value_comes_back_with_a_failover():
    primary = ValkeyServer({"repl-diskless-sync-delay": 0})
    road = Relay((primary.host, primary.port))
    replica = ValkeyServer({"replicaof": f"{road.host} {road.port}"})
    writer, reader = primary.client(), replica.client()
    assert any(writer.wait(1, 1000) for _ in range(20))
    writer.set("user:42", "old name", ex=300)
    assert any(writer.wait(1, 1000) for _ in range(20))
    road.hang()
    assert writer.delete("user:42") == 1
    primary.kill(), road.close()
    reader.replicaof("NO", "ONE")
    assert reader.get("user:42") == b"old name" and reader.ttl("user:42") > 200
    replica.stop()


# --- speed and memory ----------------------------------------------------------------------------------


def test_one_trip_for_many_keys(cache, mc):
    def reads(work) -> int:
        before = cache.info("stats")["total_reads_processed"]
        assert work() is not None
        return cache.info("stats")["total_reads_processed"] - before

    names = [f"user:{i}" for i in range(50)]
    pipe = cache.pipeline(transaction=False)
    for name in names:
        pipe.get(name)
    assert reads(lambda: [cache.get(name) for name in names]) >= 50
    assert reads(lambda: cache.mget(names)) < 5
    assert reads(pipe.execute) < 5
    before = mc.stats()[b"cmd_get"]
    mc.get_many(names)
    assert mc.stats()[b"cmd_get"] - before == 50


def test_one_slow_command_delays_everybody_and_scan_does_not(capsys):
    server = costs.full_server(1_000_000)

    def delayed(**calls) -> bool:
        [one] = costs.waits(server, calls, tries=1).values()
        return one.longest > one.took / 2

    assert server.client().dbsize() == 1_000_000
    until(lambda: delayed(KEYS=lambda client: client.keys("session:*")), seconds=60)
    until(lambda: not delayed(SCAN=lambda client: [*client.scan_iter("session:*", count=1000)]), seconds=60)
    told = [line.split("\r")[-1].split(" took ")[0] for line in capsys.readouterr().out.split("\n")[:-1]]
    assert (told[0], told[-1]) == ("KEYS", "SCAN")  # whose figures they are
    server.stop()


def test_many_keys_in_cluster_mode():
    with cloud.account(provisioning_time=0) as aws:
        elasticache = aws.client("elasticache")
        elasticache.create_replication_group(
            ReplicationGroupId="shop",
            ReplicationGroupDescription="products",
            Engine="valkey",
            CacheNodeType="cache.t4g.micro",
            NumNodeGroups=2,
            ReplicasPerNodeGroup=0,
            AutomaticFailoverEnabled=True,
            CacheParameterGroupName="default.valkey9.cluster.on",
        )
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId="shop")
        [group] = elasticache.describe_replication_groups()["ReplicationGroups"]
        host, port = group["ConfigurationEndpoint"].values()
        plain, client = redis.Redis(host, port), redis.RedisCluster(host, port)
        names = [f"product:{i}" for i in range(20)]
        for name in names:
            client.set(name, "lamp")
        with pytest.raises(redis.exceptions.RedisClusterException, match="same key slot"):
            client.mget(names)
        assert client.mget_nonatomic(names) == [b"lamp"] * 20
        assert client.mget("{user:42}:name", "{user:42}:cart") == [None, None]
        with pytest.raises(redis.ResponseError, match="(?i)slot"):
            plain.mget(names)
        moved = []
        for name in names:
            try:
                assert plain.get(name) == b"lamp"
            except redis.exceptions.MovedError:
                moved.append(name)
        assert 0 < len(moved) < 20


def test_which_threads_work():
    v, helped, m = ValkeyServer(), ValkeyServer({"io-threads": 3}), MemcachedServer()
    with Clients(4) as clients:
        plain = clients.run(v, 4)
        assert plain.threads == 1 and plain.busiest > 0.9
        until(lambda: clients.run(m, 4).threads > 1)
        reads = lambda: helped.client().info("stats")["io_threaded_reads_processed"]  # noqa: E731
        until(lambda: clients.run(helped, 4).per_second and reads(), seconds=20)
        assert v.client().info("stats")["io_threaded_reads_processed"] == 0
    for server in (v, helped, m):
        server.stop()


def test_what_an_object_costs():
    v, m = ValkeyServer(), MemcachedServer()
    objects = {f"user:{i:06}": "x" * 100 for i in range(20_000)}
    payload = 11 + 100
    empty = memory.held(v), memory.held(m)
    v.client().mset(objects), m.client(default_noreply=False).set_many(objects)
    full = memory.held(v), memory.held(m)
    ours, theirs = ((after.used - before.used) / 20_000 for before, after in zip(empty, full, strict=True))
    assert full[0].items == full[1].items == 20_000
    assert payload + 20 < ours < theirs < payload + 100
    [(chunk, used, pages)] = memory.slab_classes(m)
    assert used == 20_000 and chunk >= payload + 48 and pages * 2**20 >= used * chunk
    v.client().delete(*list(objects)[::2])
    left = memory.held(v)
    assert left.used < 0.7 * full[0].used and left.resident > 0.8 * full[0].resident
    v.stop(), m.stop()


@pytest.mark.parametrize("policy", ["noeviction", "volatile-lru"])
def test_full_means_no_unless_somebody_chose_a_policy(policy):
    client = ValkeyServer({"maxmemory": "3mb", "maxmemory-policy": policy}).client()
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        for i in range(600):
            client.set(f"user:{i}", "x" * 10_000)
    assert client.info("stats")["evicted_keys"] == 0


def test_memcached_evicts_from_the_start():
    client = MemcachedServer(("-m", 4)).client(default_noreply=False)
    for i in range(800):
        client.set(f"user:{i}", "x" * 10_000)
    assert client.stats()[b"evictions"] > 100


def test_valkeys_lru_is_random_within_a_second_and_lru_over_seconds():
    client = ValkeyServer({"maxmemory-policy": "allkeys-lru"}).client()
    here = dict(
        put=lambda names: client.mset(dict.fromkeys(names, "x" * 1000)),
        read=lambda names: sum(value is not None for value in client.mget(names)),
        full=lambda: client.config_set("maxmemory", client.info("memory")["used_memory"]),
    )

    def once(**options) -> eviction.Victims:
        client.config_set("maxmemory", 0)
        client.flushall()
        eviction.next_second()
        return eviction.victims(**here, **options)

    # On a busy machine a second may still tick away in between, so it has several tries at being fast.
    assert any(0.35 < once(seed=seed).share < 0.65 for seed in range(5))
    slow = once(pause=1.1)
    assert slow.read + slow.unread > 300 and slow.share < 0.1


def test_memcached_spares_what_was_read_twice_at_any_speed():
    client = MemcachedServer(("-m", 3)).client()
    seen = eviction.victims(
        lambda names: client.set_many(dict.fromkeys(names, "x" * 1000)),
        lambda names: len(client.get_many(names)),
        pause=0.2,
    )
    assert seen.unread > 200 and seen.share < 0.1


# --- living with them ----------------------------------------------------------------------------------


def test_times_to_live(cache, mc, memcached):
    cache.set("v", "x", px=500)
    assert 0 < cache.pttl("v") <= 500
    assert raw(memcached, b"set half 0 0.5 1\r\nx\r\n").startswith(b"CLIENT_ERROR")
    day = 24 * 3600
    mc.set("thirty", "x", expire=30 * day), mc.set("more", "x", expire=31 * day)
    assert (mc.get("thirty"), mc.get("more")) == (b"x", None)
    mc.set("ask", "x", expire=100)
    assert mc.raw_command("mg ask t") in (b"HD t100", b"HD t99")


def test_a_message_reaches_who_listens_now(cache, valkey, mc):
    news = valkey.client().pubsub()
    news.subscribe("prices")
    assert news.get_message(timeout=60)["type"] == "subscribe"
    assert (cache.publish("prices", "19.99"), cache.publish("offers", "half price")) == (1, 0)
    assert news.get_message(timeout=60)["data"] == b"19.99"
    news.close()
    with pytest.raises(pymemcache.MemcacheUnknownCommandError):
        mc.raw_command("publish prices 19.99")


def test_passwords_and_users():
    locked = ValkeyServer({"requirepass": "open sesame"})
    assert locked.client(retry=None).ping()
    with pytest.raises(redis.AuthenticationError):
        locked.client(password=None, retry=None).ping()
    locked.client().acl_setuser("shop", True, passwords=["+word"], keys=["shop:*"], commands=["+@all"])
    shop = redis.Redis(host=locked.host, port=locked.port, username="shop", password="word")
    assert shop.set("shop:user:42", "Ada")
    with pytest.raises(redis.exceptions.NoPermissionError):
        shop.get("bank:user:42")
    locked.stop()


@pytest.mark.parametrize("engine", ["valkey", "memcached"])
def test_tls_is_checked(engine, request):
    server, ours = request.getfixturevalue(engine), authority()
    door = Relay((server.host, server.port), tls=ours.server_material())
    trusting = ssl.create_default_context(cafile=ours.ca_file)
    for context in (trusting, ssl.create_default_context()):  # the second does not know our authority
        if engine == "valkey":
            ca_file = ours.ca_file if context is trusting else None
            client = redis.Redis(host=door.host, port=door.port, ssl=True, ssl_ca_certs=ca_file, retry=None)
            ask, error = client.ping, redis.ConnectionError
        else:
            client = pymemcache.Client((door.host, door.port), tls_context=context)
            ask, error = client.version, ssl.SSLError
        if context is trusting:
            assert ask()
        else:
            with pytest.raises(error, match="(?i)certificate"):
                ask()
    door.close()


# --- clients -------------------------------------------------------------------------------------------


def test_a_delete_that_never_arrived_says_true(mc, memcached):
    def while_frozen(**options):
        road = Relay((memcached.host, memcached.port))
        client = pymemcache.Client((road.host, road.port), connect_timeout=60, timeout=60, **options)
        mc.set("price", "old")
        assert client.get("price") == b"old"
        client.sock.settimeout(0.3)  # now: a busy machine is not frozen
        road.hang()
        try:
            return client.delete("price")
        finally:
            road.close()

    assert while_frozen() is True
    assert mc.get("price") == b"old"
    with pytest.raises(TimeoutError):
        while_frozen(default_noreply=False)


def test_two_threads_on_one_pymemcache_client_get_each_others_answers(mc, memcached):
    shared, wrong = memcached.client(timeout=2), []
    for name in ("ada", "bob"):
        mc.set(name, name)

    def ask(name):
        deadline = time.monotonic() + 10
        while not wrong and time.monotonic() < deadline:
            try:
                if shared.get(name) not in (name.encode(), None):
                    wrong.append(name)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask, args=[name]) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong

    pooled, right = pymemcache.PooledClient((memcached.host, memcached.port)), []
    work = lambda name: right.extend(pooled.get(name) == name.encode() for _ in range(300))  # noqa: E731
    threads = [threading.Thread(target=work, args=[name]) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 600 and all(right)


class Stranger:
    def __reduce__(self):
        return print, ("a stranger's code",)


def test_loading_a_pickle_runs_whatever_it_says(cache, capsys):
    cache.set("user:42", pickle.dumps(Stranger()))
    pickle.loads(cache.get("user:42"))
    assert capsys.readouterr().out == "a stranger's code\n"
