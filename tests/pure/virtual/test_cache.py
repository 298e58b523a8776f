"""redis-py, whole, against a cache in virtual time: what it sends, when it gives up, what its pools do."""

import threading
import time

import pytest
import redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.retry import Retry

from cachelab import virtual
from cachelab.learner.clock import Clock

CAREFUL = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
early_client = redis.Redis(
    host="cache", port=6379, decode_responses=True
)  # made before, as a module's own is

early_pool_client = redis.Redis(
    connection_pool=redis.BlockingConnectionPool(host="cache", max_connections=2, timeout=20)
)


def test_ttls_pass_in_virtual_time():
    with virtual.time() as clock:
        client = clock.cache(latency=0.001).client(decode_responses=True)
        client.set("product:7", "9.99", px=1500)
        client.execute_command("SETEX", "product:8", 2, "8.88")
        client.psetex("product:9", 700, "7.77")
        client.hset("user:42", mapping={"name": "Ada"})
        client.expire("user:42", 3600)
        assert client.pttl("product:7") == 1495  # five round trips of a millisecond later
        time.sleep(1)
        assert client.getex("product:8", px=5500) == "8.88" and client.get("product:9") is None
        time.sleep(1)
        assert client.mget("product:7", "product:8") == [None, "8.88"]
        assert 3598 <= client.ttl("user:42") <= 3599
        time.sleep(3600)
        assert client.dbsize() == 0


def test_commands_that_the_lessons_use():
    with virtual.time() as clock:
        client = clock.cache().client(decode_responses=True)
        assert (
            client.set("lock:7", "mine", nx=True, px=2000) and client.set("lock:7", "theirs", nx=True) is None
        )
        release = client.register_script(
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
        )
        assert release(keys=["lock:7"], args=["theirs"]) == 0 and release(keys=["lock:7"], args=["mine"]) == 1
        client.set("k", "a")
        assert (
            client.execute_command("DELIFEQ", "k", "b") == 0
            and client.execute_command("DELIFEQ", "k", "a") == 1
        )
        client.set("k", "a")
        assert client.execute_command("SET", "k", "b", "IFEQ", "x") is None
        assert client.execute_command("SET", "k", "b", "IFEQ", "a", "PX", 100) and client.pttl("k") <= 100
        with client.pipeline() as pipe:
            assert pipe.incr("n").incrby("n", 4).expire("n", 10).execute() == [1, 5, True]
        client.zadd("board", {"ada": 3, "bob": 1})
        assert (
            client.zrevrange("board", 0, 0, withscores=True) == [("ada", 3.0)]
            and client.zrevrank("board", "bob") == 1
        )
        with client.pipeline() as pipe:
            pipe.watch("n")
            client.incr("n")
            pipe.multi()
            pipe.set("n", 0)
            with pytest.raises(redis.WatchError):
                pipe.execute()
        with client.lock("own", timeout=1, sleep=0.01):
            began = clock.now
            assert not client.lock("own", timeout=1).acquire(blocking_timeout=0.5)
            assert 0.3 < clock.now - began < 0.6
        with pytest.raises(redis.ResponseError, match="wrong kind of value"):
            client.incr("board")


def test_commands_that_block_and_messages():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        got = []

        def worker(name):
            client = cache.client(decode_responses=True, socket_timeout=None)
            got.append((name, client.blpop("jobs", timeout=60), round(clock.now)))

        threads = [threading.Thread(target=worker, args=(name,)) for name in ("one", "two", "three")]
        for thread in threads:
            thread.start()
            time.sleep(0.1)
        listener = cache.client(decode_responses=True).pubsub(ignore_subscribe_messages=True)
        listener.subscribe("prices")
        listener.get_message(timeout=1)
        time.sleep(10)
        cache.client().rpush("jobs", "a", "b")
        assert cache.client().publish("prices", "new") == 1
        assert listener.get_message(timeout=5)["data"] == "new"
        [thread.join() for thread in threads]
        assert got == [("one", ("jobs", "a"), 10), ("two", ("jobs", "b"), 10), ("three", None, 60)]


@pytest.mark.parametrize(
    ("incident", "error", "least", "most"),
    [
        ("kill", redis.ConnectionError, 0.0, 0.01),
        ("freeze", redis.TimeoutError, 0.2, 0.21),
        ("black_hole", redis.TimeoutError, 0.2, 0.21),
    ],
)
def test_a_careful_client_knows_within_its_time_out(incident, error, least, most):
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        warm, cold = cache.client(**CAREFUL), cache.client(**CAREFUL)
        warm.ping()
        getattr(cache, incident)()
        time.sleep(1)
        for client in (warm, cold):
            began = clock.now
            with pytest.raises(error):
                client.get("user:42")
            assert least <= clock.now - began < most


def test_redis_pys_defaults_are_as_slow_as_on_a_real_server():
    """Lesson 04 and reference: refused 3.7 s; with socket_timeout=0.2 alone a frozen server costs ten
    retries.
    """
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        cache.kill()
        with pytest.raises(redis.ConnectionError):
            cache.client().get("user:42")
        assert 2 < clock.now < 6
        cache.restart()
        client = cache.client(socket_timeout=0.2)
        cache.freeze()
        began = clock.now
        with pytest.raises(redis.TimeoutError):
            client.get("user:42")
        assert 11 * 0.2 < clock.now - began < 11 * 0.2 + 6


def test_retries_and_pauses_are_redis_pys_own():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.0)
        client = cache.client(
            socket_timeout=0.5, retry=Retry(ConstantBackoff(0.25), 2), decode_responses=True
        )
        client.set("user:42", "Ada")
        cache.freeze()
        clock.after(1.1, cache.heal)
        began = clock.now
        assert client.get("user:42") == "Ada"
        assert clock.now - began == pytest.approx(1.1, abs=0.01)  # second try, 0.75 … 1.25 s


def test_what_a_frozen_server_was_asked_it_answers_later_and_a_black_hole_needs_a_connect_time_out():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        client = cache.client(socket_timeout=None, socket_connect_timeout=None)
        client.ping()
        cache.freeze()
        clock.after(30, cache.heal)
        client.set("order:1", "paid")
        assert 30 < clock.now < 30.01
        cache.black_hole()
        clock.after(2, cache.heal)
        began = clock.now
        cache.client(socket_timeout=None, socket_connect_timeout=None).ping()
        assert 3 <= clock.now - began < 3.01  # SYNs are sent again after 1 s and 3 s


def test_a_time_out_is_not_a_no():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        client = cache.client(**CAREFUL)
        for incident in (cache.freeze, cache.black_hole):
            client.ping()
            before = int(cache.ask("GET", "n") or 0)
            incident()
            with pytest.raises(redis.TimeoutError):
                client.incr("n")
            assert int(cache.ask("GET", "n") or 0) == before
            cache.heal()
            time.sleep(0.1)
            assert int(cache.ask("GET", "n")) == before + 1
        time.sleep(1)
        client.close()
        time.sleep(1)
        assert repr(cache) == "<cache:6379 up, no connections>"


def test_a_reset_a_restart_and_a_flush():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        once = cache.client(retry=Retry(NoBackoff(), 0), decode_responses=True)
        again = cache.client(retry=Retry(NoBackoff(), 1), decode_responses=True)
        once.set("user:42", "Ada")
        assert again.get("user:42") == "Ada"
        cache.reset()
        time.sleep(0.1)
        assert again.get("user:42") == "Ada" == once.get("user:42")  # the pool saw that they were closed
        clock.after(0.0002, cache.reset)
        with pytest.raises(redis.ConnectionError):
            once.get("user:42")
        clock.after(0.0002, cache.reset)
        assert again.get("user:42") == "Ada"
        cache.kill()
        cache.restart()
        assert again.get("user:42") is None
        again.set("user:42", "Ada")
        cache.flush()
        assert again.get("user:42") is None


def test_latency_slowness_and_a_stall():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001, service=0.0001)
        client = cache.client()
        client.ping()

        def took() -> float:
            began = clock.now
            client.ping()
            return clock.now - began

        assert took() == pytest.approx(0.0011, abs=1e-5)
        cache.slow(0.06)
        assert took() == pytest.approx(0.0611, abs=1e-5)
        cache.slow(0)
        cache.stall(0.08)
        assert took() == pytest.approx(0.0801 + 0.0005, abs=1e-4)
        began = clock.now
        with client.pipeline(transaction=False) as pipe:
            [pipe.ping() for _ in range(100)]
            pipe.execute()
        assert clock.now - began >= 0.011  # a hundred commands, one after the other


def test_two_caches_and_a_client_made_before():
    with virtual.time() as clock:
        clock.cache()
        other = clock.cache("replica", 6380)
        early_client.set("user:42", "Ada")
        assert early_client.get("user:42") == "Ada" and other.client().get("user:42") is None
        with pytest.raises(ValueError, match="There is a server at cache:6379 already"):
            clock.cache()
    with virtual.time() as clock:
        clock.cache()
        early_client.close()
        assert early_client.get("user:42") is None


def test_pools_run_out_as_redis_py_lets_them():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.06)
        outcomes = []
        for pool, expected in [
            (redis.ConnectionPool(host="cache", max_connections=5, **CAREFUL), "MaxConnectionsError"),
            (
                redis.BlockingConnectionPool(host="cache", max_connections=5, timeout=0.1, **CAREFUL),
                "ConnectionError",
            ),
            (redis.BlockingConnectionPool(host="cache", max_connections=5, timeout=20, **CAREFUL), None),
        ]:
            client = redis.Redis(connection_pool=pool)
            load = clock.closed(lambda c=client: c.get("user:42"), clients=60, times=1)
            outcomes.append((expected, load))
        for expected, load in outcomes[:2]:
            assert set(load.errors) == {expected} and 5 <= load.answered < 60
        waited = outcomes[2][1]
        assert waited.answered == 60
        assert cache.commands > 0


def test_a_blocking_pool_made_before():
    with virtual.time() as clock:
        clock.cache(latency=0.06)
        load = clock.closed(lambda: early_pool_client.get("user:42"), clients=10, times=2)
        assert load.answered == 20 and clock.now > 0.5
    early_pool_client.close()


def test_little_on_the_pool():
    """lessons_08_09 §2: 5 connections and 60 ms are 83 a second, whoever waits."""
    with virtual.time() as clock:
        clock.cache(latency=0.06)
        pool = redis.BlockingConnectionPool(host="cache", max_connections=5, timeout=20, socket_timeout=2)
        client = redis.Redis(connection_pool=pool)
        load = clock.closed(lambda: client.get("user:42"), clients=60, seconds=10)
        assert sum(load.per_second()[2:9]) / 7 == pytest.approx(5 / 0.06, rel=0.02)
        assert 0.6 < load.percentile(50) < 0.8  # sixty wait for five


def test_asking_the_data_itself():
    with virtual.time() as clock:
        cache = clock.cache()
        cache.kill()
        assert cache.ask("SADD", "s", "a", "b") == 2 and sorted(cache.ask("SMEMBERS", "s")) == [b"a", b"b"]
        assert cache.ask("GET", "nothing") is None and clock.now == 0
        with pytest.raises(redis.ResponseError, match="unknown command"):
            cache.ask("FOO")
        with pytest.raises(ValueError, match="needs a command"):
            cache.ask()
        for port in (0, 70_000):
            with pytest.raises(ValueError, match=f"port {port}"):
                clock.cache("other", port)


def test_the_log_says_who_asked_what_when():
    with virtual.time() as clock:
        cache = clock.cache(latency=0.001)
        client = cache.client()
        client.ping()
        began = clock.now
        thread = threading.Thread(target=client.get, args=("user:42",), name="checkout")
        thread.start()
        thread.join()
        event = clock.log[-1]
    assert event[1:5] == ("checkout", "cache", "GET", "user:42") and event.at == pytest.approx(
        began + 0.0005, abs=1e-5
    )
    assert "checkout" in clock.log.table()


def test_a_server_without_memory_still_answers_and_a_replica_has_the_data():
    with virtual.time() as clock:
        cache = clock.cache()
        client = cache.client(**CAREFUL, decode_responses=True)
        client.set("user:42", "Ada")
        cache.fill_up()
        with pytest.raises(redis.OutOfMemoryError):
            client.set("user:43", "Bob")
        assert client.get("user:42") == "Ada" and client.delete("user:42") == 1
        cache.make_room()
        assert client.set("user:43", "Bob")
        cache.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("user:43")
        cache.promote()
        assert client.get("user:43") == "Bob"


def test_redis_pys_pauses_are_virtual_inside_a_check_too():
    """There the learner's clock stands in the place of `time.sleep`; redis-py has a name for the real one."""
    with Clock(), virtual.time() as clock:
        cache = clock.cache()
        client = cache.client(socket_timeout=0.2, retry=Retry(ConstantBackoff(5), 3))
        cache.freeze()
        with pytest.raises(redis.TimeoutError):
            client.get("user:42")
        assert clock.now > 15 + 4 * 0.2
