"""The cache of virtual time answers as a real Valkey does, whatever redis-py is asked to send."""

import math
import random
import time

import pytest
import redis
from pymemcache.exceptions import MemcacheError
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import engines, virtual
from cachelab.engines import relay
from cachelab.virtual import engine

KEYS = ("a", "b", "c")
VALUES = ("1", "2", "x")


def commands(chance: random.Random, count: int) -> list[tuple]:
    """A random program of what the lessons use; TTLs are long and differ, so that no real clock decides."""
    seconds = lambda: chance.randrange(10**5, 10**8)  # noqa: E731
    key, value = lambda: chance.choice(KEYS), lambda: chance.choice(VALUES)  # noqa: E731
    kinds = [
        lambda: ("GET", key()),
        lambda: ("SET", key(), value()),
        lambda: ("SET", key(), value(), chance.choice(["NX", "XX", "KEEPTTL", "GET"])),
        lambda: ("SET", key(), value(), chance.choice(["EX", "PX"]), chance.choice([0, 1000, 100_000])),
        lambda: ("SET", key(), value(), "IFEQ", value()),
        lambda: ("SET", key(), value(), "IFEQ", value(), "EX", 1000),
        lambda: ("SET", key(), value(), "NX", "IFEQ", value()),
        lambda: ("DELIFEQ", key(), value()),
        lambda: ("SETEX", key(), 1000, value()),
        lambda: ("PSETEX", key(), 1_000_000, value()),
        lambda: ("SETNX", key(), value()),
        lambda: ("GETEX", key(), "EX", 1000),
        lambda: ("GETEX", key(), "PERSIST"),
        lambda: ("GETDEL", key()),
        lambda: ("GETSET", key(), value()),
        lambda: ("MGET", *KEYS),
        lambda: ("MSET", key(), value(), key(), value()),
        lambda: ("DEL", key(), key()),
        lambda: ("EXISTS", key(), key()),
        lambda: (
            "EXPIRE",
            key(),
            seconds(),
            *chance.choice([(), ("NX",), ("XX",), ("GT",), ("LT",)]),
        ),
        lambda: ("PERSIST", key()),
        lambda: ("TTL", key()),
        lambda: ("TYPE", key()),
        lambda: ("INCR", key()),
        lambda: ("INCRBY", key(), 5),
        lambda: ("APPEND", key(), value()),
        lambda: ("HSET", key(), value(), value()),
        lambda: ("HGET", key(), value()),
        lambda: ("HGETALL", key()),
        lambda: ("HINCRBY", key(), value(), 2),
        lambda: ("HDEL", key(), value()),
        lambda: ("ZADD", key(), 1, value(), 2, value()),
        lambda: ("ZINCRBY", key(), 3, value()),
        lambda: ("ZRANGE", key(), 0, -1, "WITHSCORES"),
        lambda: ("ZREVRANK", key(), value()),
        lambda: ("ZREMRANGEBYSCORE", key(), "-inf", 1),
        lambda: ("ZCARD", key()),
        lambda: ("LPUSH", key(), value(), value()),
        lambda: ("RPOP", key()),
        lambda: ("LRANGE", key(), 0, -1),
        lambda: ("SADD", key(), value()),
        lambda: ("SISMEMBER", key(), value()),
        lambda: ("RENAME", key(), key()),
        lambda: ("EVAL", "return redis.call('GET', KEYS[1])", 1, key()),
        lambda: ("EVAL", "redis.call('INCR', KEYS[1]) return redis.call('TTL', KEYS[1])", 1, key()),
        lambda: ("EVAL", "return {1, 'two', false, {3}}", 0),
        lambda: ("NOSUCH", key()),
        lambda: ("GET",),
    ]
    return [chance.choice(kinds)() for _ in range(count)]


def answers(client: redis.Redis, program: list[tuple]) -> list:
    found = []
    for command in program:
        try:
            answer = client.execute_command(*command)
        except redis.RedisError as error:
            answer = type(error).__name__, str(error).split()[0]
        found.append(answer)
    return found


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_the_same_answers_as_a_real_valkey(seed, protocol):
    program = commands(random.Random(seed), 1500)
    real = engines.valkey()
    if not real.is_real:
        pytest.skip("no real Valkey here")
    with real.client(protocol=protocol, decode_responses=True) as client:
        client.flushall()
        expected = answers(client, program)
        client.flushall()
    with virtual.time() as clock:
        cache = clock.cache()
        found = answers(cache.client(protocol=protocol, decode_responses=True), program)
    for command, ours, valkeys in zip(program, found, expected, strict=True):
        if "TTL" in str(command) and isinstance(valkeys, int) and valkeys > 0:
            assert abs(ours - valkeys) < 60, command  # real seconds passed meanwhile
        else:
            assert ours == valkeys, command


def test_transactions_scripts_and_locks_as_on_a_real_valkey():
    def story(client: redis.Redis) -> list:
        client.flushall()
        told = [client.set("n", 1, ex=1000)]
        with client.pipeline() as pipe:
            told.append(pipe.incr("n").hset("h", "f", "v").zadd("z", {"m": 1}).execute())
        with client.pipeline() as pipe:
            told.append(pipe.set("s", "x").incr("s").get("s").execute(raise_on_error=False)[2])
        with client.pipeline() as pipe:
            pipe.watch("n")
            client.incr("n")
            pipe.multi()
            pipe.set("n", 0)
            try:
                told.append(pipe.execute())
            except redis.WatchError:
                told.append("watched")
        script = client.register_script("return {KEYS[1], ARGV[1], redis.call('GET', KEYS[1])}")
        told.append(script(keys=["n"], args=["y"]))
        with client.lock("lock:n", timeout=1000) as lock:
            told.append([lock.owned(), client.lock("lock:n").acquire(blocking=False)])
        told.append(client.exists("lock:n"))
        return told

    real = engines.valkey()
    if not real.is_real:
        pytest.skip("no real Valkey here")
    with real.client(decode_responses=True) as client:
        expected = story(client)
        client.flushall()
    with virtual.time() as clock:
        assert story(clock.cache().client(decode_responses=True)) == expected


def test_a_dead_and_a_frozen_server_raise_what_the_real_ones_raise():
    careful = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}

    def outcome(client: redis.Redis) -> tuple:
        try:
            return client.get("user:42")
        except redis.RedisError as error:
            return type(error)

    def connect(client: redis.Redis) -> None:
        """On a busy machine even a healthy server may once answer too late for such a client."""
        while outcome(client) is not None:
            pass

    server = engines.ValkeyServer()
    try:
        warm, cold = server.client(**careful), server.client(**careful)
        connect(warm)
        server.freeze()
        expected = [outcome(warm), outcome(cold)]
        server.thaw()
        connect(warm)
        server.kill()
        expected += [outcome(warm), outcome(cold)]
    finally:
        server.stop()
    with virtual.time() as clock:
        cache = clock.cache()
        warm, cold = cache.client(**careful), cache.client(**careful)
        warm.ping()
        cache.freeze()
        found = [outcome(warm), outcome(cold)]
        cache.heal()
        warm.ping()
        cache.kill()
        clock.sleep(0.1)
        assert found + [outcome(warm), outcome(cold)] == expected


def memcached_story(client, chance: random.Random, count: int) -> list:
    key, value = lambda: chance.choice(KEYS), lambda: chance.choice(VALUES).encode()  # noqa: E731
    told, cas = [], b"1"
    for _ in range(count):
        kind = chance.randrange(13)
        try:
            if kind == 0:
                answer = client.set(key(), value(), expire=chance.choice([0, 1000]), noreply=False)
            elif kind == 1:
                answer = client.add(key(), value(), expire=1000, noreply=False)
            elif kind == 2:
                answer = client.replace(key(), value(), noreply=False)
            elif kind == 3:
                answer = client.append(key(), value(), noreply=False)
            elif kind == 4:
                answer = client.prepend(key(), value(), noreply=False)
            elif kind == 5:
                answer, cas = client.gets(key())
                answer = answer, cas is None
            elif kind == 6:
                answer = None if cas is None else client.cas(key(), value(), cas, noreply=False)
            elif kind == 7:
                answer = client.delete(key(), noreply=False)
            elif kind == 8:
                answer = client.incr(key(), 7)
            elif kind == 9:
                answer = client.decr(key(), 3)
            elif kind == 10:
                answer = client.touch(key(), 1000, noreply=False)
            elif kind == 11:
                answer = client.set(key(), value(), expire=-1, noreply=False)
            else:
                answer = client.get_many(KEYS)
        except MemcacheError as error:
            answer = type(error).__name__
        told.append((kind, answer))
    return told


@pytest.mark.parametrize("seed", range(3))
def test_the_same_answers_as_a_real_memcached(seed):
    real = engines.memcached()
    if not real.is_real:
        pytest.skip("no real memcached here")
    client = real.client()
    client.flush_all(noreply=False)
    expected = memcached_story(client, random.Random(seed), 1500)
    with virtual.time() as clock:
        found = memcached_story(clock.memcached().client(), random.Random(seed), 1500)
    assert found == expected


def test_what_a_server_without_memory_refuses():
    """By the real server's own flags."""
    server = engines.valkey()
    if not server.is_real:
        pytest.skip("a stand-in has no flags")
    known = server.client(decode_responses=True).execute_command("COMMAND")
    refused = {name for name, about in known.items() if "denyoom" in about["flags"]}
    mine = {name.decode() for name in engine._STORES}
    assert mine - refused == set()
    assert refused - mine <= {"pfdebug", "restore-asking", "xsetid"}  # nobody's commands


def what_wait_says(connect, silence) -> list:
    """What WAIT says on connections of their own, before and after the replica's link falls silent."""
    one, other, third = connect(), connect(), connect()
    said = [(one.set("order:7", "paid"), one.wait(1, 60_000))]
    silence()
    said += [
        (one.set("order:8", "paid"), one.wait(1, 30)),  # nobody has it
        other.wait(1, 30),  # this connection has written nothing
        (other.set("order:8", "paid", nx=True), other.wait(1, 30)),  # nor now
        (other.set("order:8", "paid"), other.wait(1, 30)),
        other.wait(0, 30),
        third.pipeline().set("order:9", "paid").wait(1, 30).execute(),  # in a transaction
        third.pipeline(transaction=False).set("order:9", "paid").wait(1, 30).execute(),
    ]
    return said


def test_wait_says_what_a_real_primary_says():
    single = {"decode_responses": True, "single_connection_client": True}
    primary = engines.ValkeyServer({"repl-diskless-sync": "no"})
    link = relay.Relay((primary.host, primary.port))
    replica = engines.ValkeyServer({"replicaof": f"{link.host} {link.port}"})
    try:
        client = replica.client()
        while client.info("replication")["master_link_status"] != "up":
            time.sleep(0.01)
        real = what_wait_says(lambda: primary.client(**single), link.hang)
    finally:
        link.close()
        replica.stop()
        primary.stop()
    with virtual.time() as clock:
        cache = clock.cache()
        replicas = cache.replicas(0.001)
        ours = what_wait_says(lambda: cache.client(**single), lambda: replicas.lag(0, math.inf))
    assert ours == real
    assert real[2] == 1 and real[3] == (None, 1) and real[6] == [True, 1]  # none of which the replica has
