"""The explorer's models against the real servers: every move, random commands, models with a mistake."""

import random
import re
import time

import pytest
import redis
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from redis.exceptions import WatchError

from cachelab import engines, races
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.learner.clock import EPOCH
from cachelab.races import matrix
from cachelab.races import strategies as course
from cachelab.races.calls import Call
from cachelab.races.models import memcached as model_memcached
from cachelab.races.models import valkey as model_valkey
from cachelab.races.models.commands.streams import MOMENT
from cachelab.races.models.real import RealMemcached, RealValkey
from cachelab.races.strategies import STRATEGIES
from tests.oracle import surfaces
from tests.oracle.depth import examples
from tests.oracle.races_walk import differences, every_move, random_walk, search

CACHE_FAULTS = {"evict", "expire", "crash", "lost_call"}

pytestmark = [
    pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental"),
    pytest.mark.filterwarnings("ignore:Call to deprecated setex"),
]
needs_memcached = pytest.mark.skipif(find_memcached() is None, reason="memcached is not installed")


@pytest.fixture(scope="module")
def valkey():
    server = engines.ValkeyServer()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def memcached():
    # Its LRU thread may hold an item for a moment; a number that decr shortens is not padded in place then.
    server = engines.MemcachedServer(("-o", "no_lru_maintainer"))
    yield server
    server.kill()


@pytest.fixture
def real(request):
    """The real counterpart of a strategy's model, by the strategy's choice of cache."""

    def side(strategy):
        name = "memcached" if getattr(strategy, "memcached", False) else "valkey"
        if name == "memcached" and find_memcached() is None:
            pytest.skip("memcached is not installed")
        server = request.getfixturevalue(name)
        kind = RealMemcached if name == "memcached" else RealValkey
        sides.append(kind(server.host, server.port, []))
        return sides[-1]

    sides = []
    yield side
    for one in sides:
        one.close()


def explored(strategy, readers, writers, fault):
    clients, probe = matrix.clients_of(strategy, readers, writers)
    return search(clients, fault, probe, getattr(strategy, "memcached", False))


# --- every move of every strategy ------------------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES, ids=matrix.name_of)
def test_the_real_server_does_what_the_model_says_on_every_move_of_a_reader_and_a_writer(strategy, real):
    made, otherwise = differences(explored(strategy, 1, 1, CACHE_FAULTS), real(strategy), every_move)
    assert made > 50
    assert not otherwise, otherwise[0][0]


@pytest.mark.parametrize(
    "strategy", [course.WatchAndTombstone, course.VersionsAndSet, course.LeaseWithTtl], ids=matrix.name_of
)
def test_the_real_server_does_what_the_model_says_after_a_failover(strategy, real):
    made, otherwise = differences(explored(strategy, 1, 1, "failover"), real(strategy), every_move)
    assert made > 50
    assert not otherwise, otherwise[0][0]


def puts_a_job(cache, db):
    cache.xadd("jobs", {"job": db.read()}, maxlen=1, approximate=False)
    cache.expire("jobs", 60)


def takes_a_job(cache, db):
    try:
        cache.xgroup_create("jobs", "workers", id="0")
        got = cache.xreadgroup("workers", "ann", {"jobs": ">"}, count=1)
    except redis.RedisError:
        return
    for number, _ in got[0][1] if got else cache.xautoclaim("jobs", "workers", "bob", 0)[1]:
        db.write()
        with cache.pipeline() as pipe:
            pipe.xack("jobs", "workers", number).xdel("jobs", number).execute()


def test_the_real_server_does_what_the_model_says_of_a_queue_in_a_stream_whatever_happens_to_it(real):
    found = search([puts_a_job, puts_a_job, takes_a_job], {*CACHE_FAULTS, "failover"}, puts_a_job)

    def walks(found, start):
        return [random_walk(found, start, seed) for seed in range(12)]

    made, otherwise = differences(found, real(takes_a_job), walks)
    assert made > 100
    assert not otherwise, otherwise[0][0]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=matrix.name_of)
def test_the_real_server_does_what_the_model_says_on_random_schedules_of_four_clients(strategy, real):
    found = explored(strategy, 2, 2, None)

    def walks(found, start):
        return [random_walk(found, start, seed) for seed in range(6)]

    made, otherwise = differences(found, real(strategy), walks)
    assert made > 50
    assert not otherwise, otherwise[0][0]


# --- teeth: models with a mistake must be caught ------------------------------------------------------------


def always_modified(keyspace, command):
    reply, after, _ = _execute(keyspace, command)
    return reply, after, frozenset(command[1:2])


def nothing_modified(keyspace, command):
    reply, after, _ = _execute(keyspace, command)
    return reply, after, frozenset()


def ttl_forgotten(keyspace, command):
    reply, after, modified = _execute(keyspace, command)
    return reply, tuple((key, value, None) for key, value, _ in after), modified


def ifeq_accepts_a_missing_key(keyspace, command):
    if b"IFEQ" in command and all(key != command[1] for key, _, _ in keyspace):
        command = command[:3]
    return _execute(keyspace, command)


def nx_overwrites(keyspace, command):
    return _execute(keyspace, tuple(word for word in command if word != b"NX"))


_execute = model_valkey.execute


@pytest.mark.parametrize(
    ("mistake", "strategy"),
    [
        (always_modified, course.WatchAndDelete),  # DEL of a missing key would abort EXEC
        (nothing_modified, course.WatchAndTombstone),  # nothing would
        (ttl_forgotten, course.TtlAndDelete),
        (ifeq_accepts_a_missing_key, course.Lease),
        (nx_overwrites, course.LockWithTtl),
    ],
)
def test_a_mistake_in_the_model_of_valkey_is_caught(mistake, strategy, real, monkeypatch):
    monkeypatch.setattr(model_valkey, "execute", mistake)
    _, otherwise = differences(explored(strategy, 1, 1, CACHE_FAULTS), real(strategy), every_move)
    assert otherwise


_request = model_memcached.execute


def delete_keeps_the_lease(state, request):
    if request.startswith(b"delete"):
        kept = tuple(item for item in state[0] if item.taken)
        reply, (items, token), modified = _request(state, request)
        return reply, (kept or items, token), modified
    return _request(state, request)


def everybody_may_fill(state, request):
    reply, after, modified = _request(state, request)
    return reply.replace(b" Z", b" W"), after, modified


def add_overwrites(state, request):
    return _request(state, request.replace(b"add ", b"set ", 1))


@needs_memcached
@pytest.mark.parametrize(
    ("mistake", "strategy"),
    [
        (delete_keeps_the_lease, course.MemcachedLease),
        (everybody_may_fill, course.MemcachedLease),
        (add_overwrites, course.MemcachedCas),
    ],
)
def test_a_mistake_in_the_model_of_memcached_is_caught(mistake, strategy, real, monkeypatch):
    monkeypatch.setattr(model_memcached, "execute", mistake)
    found = explored(strategy, 2 if mistake is everybody_may_fill else 1, 1, None)
    _, otherwise = differences(found, real(strategy), every_move)
    assert otherwise


# --- random commands ------------------------------------------------------------

keys = st.sampled_from([b"a", b"b"])
values = st.sampled_from([b"v0", b"v1", b"10", b"-3", b"", b"9223372036854775807"])
fields = st.sampled_from([b"f", b"g"])
numbers = st.sampled_from([b"1", b"-2", b"7", b"x"])
ttls = st.sampled_from([b"50000", b"70000", b"0", b"-1", b"soon"])


def command(*parts):
    return st.tuples(*[st.just(part) if isinstance(part, bytes) else part for part in parts])


options = st.lists(
    st.sampled_from(
        [
            (b"NX",),
            (b"XX",),
            (b"GET",),
            (b"KEEPTTL",),
            (b"EX", b"50"),
            (b"PX", b"60000"),
            (b"IFEQ", b"v0"),
            (b"EX", b"0"),
        ]
    ),
    max_size=3,
).map(lambda parts: tuple(word for part in parts for word in part))
MOVE = (
    b"local v = redis.call('GET', KEYS[1]) if v then redis.call('SET', KEYS[2], v) return {v, 1} end return 0"
)
CLAIM = b"if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', 50000) then return redis.call('PTTL', KEYS[1]) > 0 end"  # noqa: E501
RAISE = b"local r = redis.pcall('INCR', KEYS[1]) if type(r) == 'table' and r.err then return {err = 'MINE no'} end return r"  # noqa: E501

commands = st.one_of(
    command(b"GET", keys),
    st.tuples(keys, values, options).map(lambda parts: (b"SET", parts[0], parts[1], *parts[2])),
    st.tuples(keys, values, options).map(lambda parts: (b"SET", parts[0], parts[1], *parts[2])),
    command(b"SETNX", keys, values),
    command(b"SETEX", keys, numbers, values),
    command(b"PSETEX", keys, ttls, values),
    command(b"GETSET", keys, values),
    command(b"GETDEL", keys),
    command(b"GETEX", keys, st.sampled_from([b"PERSIST", b"NONSENSE"])),
    command(b"GETEX", keys, b"PX", ttls),
    command(b"MGET", keys, keys),
    command(b"MSET", keys, values, keys, values),
    command(b"MSETNX", keys, values, keys, values),
    command(b"APPEND", keys, values),
    command(b"STRLEN", keys),
    command(b"INCR", keys),
    command(b"DECR", keys),
    command(b"INCRBY", keys, numbers),
    command(b"DECRBY", keys, numbers),
    command(b"DEL", keys, keys),
    command(b"UNLINK", keys),
    command(b"DELIFEQ", keys, values),
    command(b"EXISTS", keys, keys),
    command(b"TYPE", keys),
    command(b"PEXPIRE", keys, ttls),
    command(b"PEXPIRE", keys, ttls, st.sampled_from([b"NX", b"XX", b"GT", b"LT", b"ZZ"])),
    command(b"EXPIRE", keys, numbers),
    command(b"PERSIST", keys),
    command(b"TTL", keys),
    command(b"PTTL", keys),
    command(b"HGET", keys, fields),
    command(b"HSET", keys, fields, values, fields, values),
    command(b"HSETNX", keys, fields, values),
    command(b"HMGET", keys, fields, fields),
    command(b"HGETALL", keys),
    command(b"HKEYS", keys),
    command(b"HVALS", keys),
    command(b"HLEN", keys),
    command(b"HEXISTS", keys, fields),
    command(b"HDEL", keys, fields, fields),
    command(b"HINCRBY", keys, fields, numbers),
    command(b"EVAL", st.just(MOVE), b"2", keys, keys),
    command(b"EVAL", st.just(CLAIM), b"1", keys, values),
    command(b"EVAL", st.just(RAISE), b"1", keys),
    command(b"EVAL", st.just(course.STORE_UNLESS_OLDER.encode()), b"1", keys, values, numbers),
    command(b"EVAL", st.just(course.BURY.encode()), b"1", keys, numbers, b"50000"),
    command(b"EVAL", st.just(course.TAKE.encode()), b"1", keys, values, b"50000"),
    command(b"EVAL", st.just(course.FILL.encode()), b"1", keys, values, values, numbers),
)

strings_and_hashes = commands

scores = st.sampled_from([b"1", b"2", b"2", b"-1.5", b"0.1", b"inf", b"1799971200.123456", b"x"])
bounds = st.sampled_from([b"1", b"(1", b"2", b"(2", b"-inf", b"+inf", b"0.1", b"(x"])
members = st.sampled_from([b"ann", b"bob", b"cyd"])
ranks = st.sampled_from([b"0", b"1", b"-1", b"-2", b"5", b"x"])
flags = st.lists(st.sampled_from([b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR"]), max_size=2).map(tuple)
with_scores = st.sampled_from(
    [(), (b"WITHSCORES",), (b"LIMIT", b"1", b"1"), (b"LIMIT", b"0", b"-1"), (b"REV",)]
)
WINDOW = b"""
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= 2 then return {0, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')} end
redis.call('ZADD', KEYS[1], ARGV[1] + 0.5, ARGV[2])
return {1, redis.call('ZSCORE', KEYS[1], ARGV[2])}
"""


def spread(*parts):
    """A command whose parts may be words or tuples of words."""
    return st.tuples(*[st.just(part) if isinstance(part, bytes) else part for part in parts]).map(
        lambda drawn: tuple(w for part in drawn for w in (part if isinstance(part, tuple) else (part,)))
    )


others = st.one_of(
    command(b"DEL", keys),
    command(b"PEXPIRE", keys, st.just(b"50000")),
    command(b"SET", keys, values),
    command(b"TYPE", keys),
    command(b"EXISTS", keys),
    command(b"GET", keys),
    command(b"MGET", keys, keys),
)
adding = st.one_of(
    command(b"ZADD", keys, scores, members),
    command(b"ZADD", keys, scores, members, scores, members),
)
sorted_sets = st.one_of(
    adding,
    adding,
    adding,
    spread(b"ZADD", keys, flags, scores, members),
    spread(b"ZADD", keys, flags, scores, members, scores, members),
    spread(b"ZADD", keys, flags, scores),
    command(b"ZINCRBY", keys, scores, members),
    spread(b"ZRANGE", keys, ranks, ranks, with_scores),
    spread(b"ZRANGE", keys, bounds, bounds, b"BYSCORE", with_scores, with_scores),
    command(b"ZREVRANGE", keys, ranks, ranks),
    command(b"ZREVRANGE", keys, ranks, ranks, st.sampled_from([b"WITHSCORES", b"REV"])),
    spread(b"ZRANGEBYSCORE", keys, bounds, bounds, with_scores),
    spread(b"ZREVRANGEBYSCORE", keys, bounds, bounds, with_scores),
    command(b"ZRANK", keys, members),
    command(b"ZREVRANK", keys, members),
    command(b"ZREVRANK", keys, members, st.sampled_from([b"WITHSCORE", b"NONSENSE"])),
    command(b"ZCARD", keys),
    command(b"ZCOUNT", keys, bounds, bounds),
    command(b"ZREM", keys, members, members),
    command(b"ZREMRANGEBYSCORE", keys, bounds, bounds),
    command(b"ZREMRANGEBYRANK", keys, ranks, ranks),
    command(b"ZSCORE", keys, members),
    command(b"ZMSCORE", keys, members, members),
    command(b"ZPOPMIN", keys),
    command(b"ZPOPMAX", keys, numbers),
    command(b"EVAL", st.just(WINDOW), b"1", keys, st.sampled_from([b"1", b"2", b"7.25"]), members),
    others,
)

ends = st.sampled_from([b"LEFT", b"RIGHT", b"MIDDLE"])
PUSH = b"for i = 1, 3 do redis.call('RPUSH', KEYS[1], i / 2) end return redis.call('LRANGE', KEYS[1], 0, -1)"
lists = st.one_of(
    command(b"RPUSH", keys, members, members),
    command(b"RPUSH", keys, members),
    command(b"LPUSH", keys, members, members),
    command(b"LPUSHX", keys, members),
    command(b"RPUSHX", keys, members),
    command(b"LPOP", keys),
    command(b"RPOP", keys),
    command(b"LPOP", keys, numbers),
    command(b"RPOP", keys, st.sampled_from([b"0", b"1", b"9"])),
    command(b"LRANGE", keys, ranks, ranks),
    command(b"LLEN", keys),
    command(b"LINDEX", keys, ranks),
    command(b"LSET", keys, ranks, members),
    command(b"LREM", keys, st.sampled_from([b"0", b"1", b"-1", b"2"]), members),
    command(b"LTRIM", keys, ranks, ranks),
    command(b"LMOVE", keys, keys, ends, ends),
    command(b"RPOPLPUSH", keys, keys),
    command(b"EVAL", st.just(PUSH), b"1", keys),
    others,
)

patterns = st.sampled_from([b"*", b"a", b"?", b"[a]", b"[^a]*", b"[b-c]", b"\\\\a", b"a*b", b""])
amounts = st.sampled_from([b"0.25", b"-1.5", b"1e3", b"7", b"inf", b"x"])
ONCE = b"if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then return redis.call('SCARD', KEYS[1]) end return {}"
sets_and_keys = st.one_of(
    command(b"SADD", keys, members, members),
    command(b"SADD", keys, members),
    command(b"SREM", keys, members, members),
    command(b"SMEMBERS", keys),
    command(b"SISMEMBER", keys, members),
    command(b"SMISMEMBER", keys, members, members),
    command(b"SCARD", keys),
    command(b"SMOVE", keys, keys, members),
    command(b"SINTER", keys, keys),
    command(b"SUNION", keys, keys),
    command(b"SDIFF", keys, keys),
    command(b"EVAL", st.just(ONCE), b"1", keys, members),
    command(b"KEYS", patterns),
    command(b"SCAN", b"0", b"MATCH", patterns),
    command(b"SCAN", st.sampled_from([b"0", b"x"]), b"TYPE", st.sampled_from([b"set", b"string", b"none"])),
    command(b"SCAN", b"0", b"COUNT", st.sampled_from([b"100", b"0", b"x"])),
    command(b"DBSIZE"),
    command(b"INCRBYFLOAT", keys, amounts),
    command(b"HINCRBYFLOAT", keys, fields, amounts),
    command(b"SET", keys, amounts),
    command(b"EXPIREAT", keys, st.sampled_from([b"@60", b"@-5", b"x"])),
    command(b"PEXPIREAT", keys, st.sampled_from([b"@90000", b"@0"]), st.sampled_from([b"NX", b"XX"])),
    command(b"SET", keys, values, b"EXAT", st.sampled_from([b"@60", b"@-5", b"-3"])),
    command(b"GETEX", keys, b"PXAT", st.sampled_from([b"@90000", b"@-5"])),
    others,
)

often = st.sampled_from([b"a", b"a", b"a", b"b"])
entry_ids = st.sampled_from([b"1-1", b"1-2", b"2-*", b"2-*", b"3", b"*", b"*", b"*", b"0-0", b"x"])
known_ids = st.sampled_from([*[b"1-1"] * 4, *[b"1-2"] * 2, b"2-0", b"3-0", *[b"%d-0" % MOMENT] * 2])
range_starts = st.sampled_from([b"-", b"-", b"0", b"(1-1", b"1-2", b"2", b"x"])
range_ends = st.sampled_from([b"+", b"+", b"+", b"(2-1", b"2", b"1-2", b"(0-0", b"(-"])
read_from = st.sampled_from([b"0", b"0", b"1-1", b"1-2", b"%d-0" % MOMENT, b"$", b"+", b">", b"x"])
groups = st.sampled_from([b"g", b"g", b"g", b"h"])
consumers = st.sampled_from([b"ann", b"bob"])
counted = st.sampled_from([(), (), (b"COUNT", b"1"), (b"COUNT", b"1"), (b"COUNT", b"0"), (b"COUNT", b"x")])
options_of_taking = st.one_of(counted, st.just((b"NOACK",)))
trimmed = st.sampled_from(
    [
        (b"MAXLEN", b"1"),
        (b"MAXLEN", b"=", b"2"),
        (b"MAXLEN", b"~", b"2"),
        (b"MAXLEN", b"~", b"0"),
        (b"MAXLEN", b"-1"),
        (b"MINID", b"2"),
        (b"MINID", b"~", b"%d-1" % MOMENT),
        (b"MINID", b"~", b"1-2"),
        (b"MINID", b"~", b"3-0", b"LIMIT", b"1"),
        (b"NOMKSTREAM",),
        (b"LIMIT", b"1"),
    ]
)
claiming = st.sampled_from(
    [(), (), (b"JUSTID",), (b"FORCE",), (b"FORCE", b"JUSTID"), (b"RETRYCOUNT", b"7"), (b"NONE",)]
)
HAND_OUT = b"""
redis.call('XADD', KEYS[1], ARGV[1], 'job', ARGV[2])
redis.pcall('XGROUP', 'CREATE', KEYS[1], 'g', '0')
return redis.call('XREADGROUP', 'GROUP', 'g', ARGV[2], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
"""
adding_entries = spread(b"XADD", often, entry_ids, b"job", members)
taking = spread(b"XREADGROUP", b"GROUP", groups, consumers, options_of_taking, b"STREAMS", often, b">")
streams = st.one_of(
    adding_entries,
    adding_entries,
    taking,
    taking,
    spread(b"XADD", often, trimmed, entry_ids, b"job", members),
    command(b"XADD", often, entry_ids, b"job", members, b"odd"),
    command(b"XGROUP", b"CREATE", often, groups, st.sampled_from([b"0", b"0", b"$", b"x"]), b"MKSTREAM"),
    command(b"XGROUP", b"CREATE", often, groups, st.sampled_from([b"0", b"1-1"])),
    spread(b"XREADGROUP", b"GROUP", groups, consumers, b"STREAMS", often, often, b">", read_from),
    spread(b"XREADGROUP", b"GROUP", groups, consumers, counted, b"STREAMS", often, read_from),
    spread(b"XREAD", counted, b"STREAMS", often, read_from),
    command(b"XREAD", b"STREAMS", often, often, read_from, read_from),
    command(b"XACK", often, groups, known_ids, known_ids),
    spread(b"XCLAIM", often, groups, consumers, b"0", known_ids, known_ids, claiming),
    spread(b"XAUTOCLAIM", often, groups, consumers, b"0", range_starts, counted),
    spread(b"XAUTOCLAIM", often, groups, consumers, b"0", b"-", b"COUNT", b"1", claiming),
    spread(b"XAUTOCLAIM", often, groups, consumers, b"0", b"0", claiming),
    command(b"XPENDING", often, groups),
    command(b"XPENDING", often, groups, range_starts, range_ends, ranks),
    command(b"XPENDING", often, groups, b"IDLE", b"0", b"-", b"+", b"9", consumers),
    command(b"XDEL", often, known_ids, known_ids),
    spread(b"XTRIM", often, trimmed),
    command(b"XLEN", often),
    spread(b"XRANGE", often, range_starts, range_ends, counted),
    spread(b"XREVRANGE", often, range_ends, range_starts, counted),
    command(b"XGROUP", st.sampled_from([b"CREATECONSUMER", b"DELCONSUMER"]), often, groups, consumers),
    command(b"XGROUP", b"SETID", often, groups, st.sampled_from([b"0", b"$", b"1-1", b"+"])),
    command(b"XGROUP", b"DESTROY", often, groups),
    command(b"EVAL", st.just(HAND_OUT), b"1", often, st.sampled_from([b"1-1", b"2-1", b"5-1"]), consumers),
    others,
)
filled = [
    (b"XADD", b"a", b"1-1", b"job", b"ann"),
    (b"XADD", b"a", b"1-2", b"job", b"bob"),
    (b"XGROUP", b"CREATE", b"a", b"g", b"0"),
]
one, both = (
    (b"XREADGROUP", b"GROUP", b"g", b"ann", b"COUNT", count, b"STREAMS", b"a", b">") for count in (b"1", b"2")
)
openings = st.sampled_from(  # what most of these commands are about
    [
        [*filled, one],
        [*filled, both, (b"PEXPIRE", b"a", b"50000")],
        [*filled, both, (b"XDEL", b"a", b"1-1")],
        [*filled, both, (b"XDEL", b"a", b"1-2")],
    ]
)
anything = st.one_of(strings_and_hashes, sorted_sets, lists, sets_and_keys, streams)
KINDS = {  # with the usual number of examples, of eight commands or so each: 100,000 in `make deep`
    "strings and hashes": (st.lists(strings_and_hashes, min_size=5, max_size=12), 80),
    "sorted sets": (st.lists(sorted_sets, min_size=5, max_size=12), 80),
    "lists": (st.lists(lists, min_size=5, max_size=12), 55),
    "sets and keys": (st.lists(sets_and_keys, min_size=5, max_size=12), 55),
    "streams": (st.builds(list.__add__, openings, st.lists(streams, min_size=3, max_size=8)), 55),
}


def dated(words, second):
    """The words with each moment such as @60 counted from `second`."""
    scale = 1000 if words[0].startswith(b"P") or b"PXAT" in words else 1
    return tuple(
        b"%d" % (second * scale + int(word[1:])) if re.fullmatch(rb"@-?\d+", word) else word for word in words
    )


def calm(usual):
    return settings(
        max_examples=examples(usual),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def same_reply(call, real, modelled):
    """As in a replay, but with the kind of an error too."""
    if isinstance(modelled, model_valkey.ServerError) and isinstance(real, model_valkey.ServerError):
        if call.payload[0].startswith(b"X"):  # streams say the same, word for word
            return real.message == modelled.message.removeprefix("ERR ")
        return real.message.split()[:1] == modelled.message.removeprefix("ERR ").split()[:1] or (
            modelled.message.startswith(("ERR", "WRONGTYPE", "MINE")) and bool(real.message)
        )
    return RealValkey.same_answer(call, real, modelled)


TIED = "the milliseconds between would decide"  # the one thing that the model refuses among these commands


def transitions(valkey, sequence):
    """Run commands on both sides, comparing after each."""
    side = RealValkey(valkey.host, valkey.port, [b"a", b"b"])
    side.reset()
    keyspace = model_valkey.EMPTY
    try:
        for words in sequence:
            for watcher, key in enumerate(side.keys):  # two bystanders tell which keys were modified
                side.perform(watcher, Call("watch", (key,), 1))
            call = Call("valkey", dated(words, int(time.time())))
            try:
                reply, keyspace, modified = model_valkey.execute(keyspace, dated(words, EPOCH))
            except races.NotModelled as refusal:
                assert TIED in str(refusal)
                continue
            answer = side.perform(9, call)
            assert same_reply(call, answer, reply), (words, answer, reply)
            assert RealValkey.same_contents(side.contents(), keyspace), (words, side.contents(), keyspace)
            for watcher, key in enumerate(side.keys):
                aborted = side.perform(watcher, Call("exec", (), 1)) is None
                assert aborted == (key in modified), (words, key, modified)
    finally:
        side.reset()


SIDES = (b"LEFT", b"RIGHT")
ON_ITSELF = {
    (b"RPUSH", b"a", b"ann"): [
        *((b"LMOVE", b"a", b"a", whence, where) for whence in SIDES for where in SIDES),
        (b"RPOPLPUSH", b"a", b"a"),
    ],
    (b"SADD", b"a", b"ann"): [(b"SMOVE", b"a", b"a", b"ann"), (b"SMOVE", b"a", b"a", b"nobody")],
}


@pytest.mark.parametrize("made", ON_ITSELF, ids=lambda made: made[0].decode())
def test_a_move_from_a_key_to_the_same_key_leaves_it_its_ttl(made, valkey):
    for move in ON_ITSELF[made]:
        transitions(valkey, [made, (b"PEXPIRE", b"a", b"50000"), move])
        transitions(valkey, [made, (*made[:-1], b"bob"), (b"PEXPIRE", b"a", b"50000"), move, move])


@pytest.mark.hypothesis  # it is inside: `make deep` would pass it by
@pytest.mark.parametrize("kind", KINDS)
def test_random_commands_do_on_the_model_what_they_do_on_valkey(kind, valkey):
    sequences, usual = KINDS[kind]

    @calm(usual)
    @given(sequences)
    def run(sequence):
        transitions(valkey, sequence)

    run()


@calm(120)
@given(st.lists(anything, min_size=1, max_size=4), st.lists(anything, min_size=1, max_size=4))
def test_random_transactions_do_on_the_model_what_they_do_on_valkey(valkey, before, inside):
    side = RealValkey(valkey.host, valkey.port, [b"a", b"b"])
    side.reset()
    keyspace = model_valkey.EMPTY
    try:
        for words in before:
            try:
                _, keyspace, _ = model_valkey.execute(keyspace, dated(words, EPOCH))
            except races.NotModelled as refusal:
                assert TIED in str(refusal)
                continue
            side.perform(9, Call("valkey", dated(words, int(time.time()))))
        call = Call("exec", tuple(dated(words, int(time.time())) for words in inside))
        try:
            reply, keyspace, _ = model_valkey.transaction(keyspace, [dated(words, EPOCH) for words in inside])
        except races.NotModelled as refusal:
            assert TIED in str(refusal)
            reject()
        assert RealValkey.same_answer(call, side.perform(9, call), reply)
        assert RealValkey.same_contents(side.contents(), keyspace)
    finally:
        side.reset()


def test_a_score_is_written_as_valkey_writes_it(valkey):
    side = RealValkey(valkey.host, valkey.port, [b"a"])
    side.reset()
    numbers = [
        3,
        1e17,
        2.0**62,
        2.0**63,
        1e19,
        -1.5e21,
        0.1 + 0.2,
        1e-6,
        1.5e-6,
        1e-7,
        -2.5,
        1234.5e-7,
        0.0015,
    ]
    numbers += [123456789.12345678, 1799971200.123456, 1 / 3, float("-inf"), 5e-324, 1e300]
    for number in numbers:
        side.perform(1, Call("valkey", (b"ZADD", b"a", repr(number).encode(), b"ann")))
        written = side.perform(1, Call("valkey", (b"ZSCORE", b"a", b"ann")))
        assert model_valkey.text_of(float(number)) == written
    side.reset()


mc_values = st.sampled_from([b"v0", b"v1", b"10", b"9", b"99", b""])
mc_ttls = st.sampled_from([b"0", b"0", b"500", b"200", b"-1"])


def some(*flags):
    return st.lists(st.sampled_from(flags), unique_by=lambda flag: flag[:1], max_size=5).map(tuple)


def request(name, *parts):
    """A memcached request; TOKEN stands for the CAS token the key was last seen with."""
    return st.tuples(*parts).map(lambda drawn: (name, *drawn))


requests = st.one_of(
    request(b"get", keys),
    request(b"gets", keys),
    *[
        request(name, keys, mc_ttls, mc_values)
        for name in (b"set", b"add", b"replace", b"append", b"prepend", b"cas")
    ],
    request(b"delete", keys),
    request(b"incr", keys, st.sampled_from([b"1", b"5", b"-1"])),
    request(b"decr", keys, st.sampled_from([b"1", b"%d" % 2**64])),
    request(b"touch", keys, mc_ttls),
    request(b"mg", keys, some(b"v", b"c", b"f", b"k", b"s", b"O7", b"N300", b"R250", b"T400", b"T0")),
    request(b"mg", keys, some(b"v", b"c", b"N300")),
    request(b"ms", keys, some(b"c", b"F2", b"k", b"O3", b"T400", b"CTOKEN"), mc_values),
    request(b"ms", keys, some(b"c", b"ME", b"MA", b"MP", b"MR", b"MS"), mc_values),
    request(b"md", keys, some(b"k", b"O3", b"I", b"T400", b"CTOKEN")),
)


def written(parts, token: bytes) -> bytes:
    name, key, *rest = parts
    if name in (b"set", b"add", b"replace", b"append", b"prepend", b"cas"):
        ttl, value = rest
        last = b" " + token if name == b"cas" else b""
        return b"%b %b 3 %b %d%b\r\n%b\r\n" % (name, key, ttl, len(value), last, value)
    flags = [flag.replace(b"TOKEN", token) for flag in rest[0]] if name in (b"mg", b"ms", b"md") else rest
    if name == b"ms":
        return b" ".join([name, key, b"%d" % len(rest[1]), *flags]) + b"\r\n" + rest[1] + b"\r\n"
    return b" ".join([name, key, *flags]) + b"\r\n"


@needs_memcached
@calm(120)
@given(st.lists(requests, min_size=1, max_size=12))
def test_random_requests_do_on_the_model_what_they_do_on_memcached(memcached, sequence):
    side = RealMemcached(memcached.host, memcached.port, [b"a", b"b"])
    side.reset()
    state, seen = model_memcached.EMPTY, {}
    try:
        for parts in sequence:
            sent = written(parts, seen.get(parts[1], b"5"))
            try:
                reply, after, _ = model_memcached.execute(state, sent)
            except races.NotModelled:
                continue
            state = after
            call = Call("memcached", sent)
            answer = side.perform(1, call, reply)
            assert RealMemcached.same_answer(call, answer, reply), (sent, answer, reply)
            for token in re.findall(rb"(?<= c)\d+|(?<=VALUE [ab] \d \d )\d+", reply):
                seen[parts[1]] = token
            assert RealMemcached.same_contents(side.contents(), state), (sent, side.contents(), state)
    finally:
        side.reset()


@needs_memcached
@pytest.mark.parametrize("ttl", [0, 10, 19, 150, 1000])
def test_contents_tell_a_ttl_that_starts_with_a_one_from_none(memcached, ttl):
    side = RealMemcached(memcached.host, memcached.port, [b"a"])
    side.reset()
    side.perform(1, Call("memcached", b"set a 3 %d 2\r\nv0\r\n" % ttl))
    assert side.contents() == ((b"a", b"v0", 3, True if ttl else None),)
    side.close()


# --- the libraries, on both sides


@pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental")
@pytest.mark.parametrize(
    ("client", "answers"), surfaces.VALKEY, ids=lambda part: getattr(part, "__name__", "")
)
def test_redis_py_on_a_real_valkey_answers_as_in_the_explorer(client, answers, valkey):
    seen = []
    with valkey.client(decode_responses=True) as cache:
        client(cache, seen)
    assert seen == answers


@needs_memcached
@pytest.mark.parametrize(
    ("client", "answers"), surfaces.MEMCACHED, ids=lambda part: getattr(part, "__name__", "")
)
def test_pymemcache_on_a_real_memcached_answers_as_in_the_explorer(client, answers, memcached):
    seen = []
    client(memcached.client(default_noreply=False), seen)
    assert seen == answers


# --- what a deletion can only imitate ------------------------------------------------------------


def test_a_watched_key_that_really_expires_aborts_exec_as_the_model_says(valkey):
    client, other = valkey.client(), valkey.client()
    client.set("watched", "v", px=40)
    pipe = client.pipeline()
    pipe.watch("watched")
    while other.exists("watched"):
        time.sleep(0.005)
    pipe.multi()
    pipe.get("watched")
    with pytest.raises(WatchError):
        pipe.execute()


def test_a_watched_key_that_is_really_evicted_aborts_exec_as_the_model_says():
    server = engines.ValkeyServer({"maxmemory": "4mb", "maxmemory-policy": "allkeys-lru"})
    try:
        client, other = server.client(), server.client()
        client.set("watched", "v")
        pipe = client.pipeline()
        pipe.watch("watched")
        for i in range(20_000):
            other.set(f"filler:{i}", "x" * 2_000)
            if i % 50 == 0 and not other.exists("watched"):
                break
        assert not other.exists("watched")
        pipe.multi()
        pipe.ping()
        with pytest.raises(WatchError):
            pipe.execute()
    finally:
        server.kill()


# --- replaying a report ------------------------------------------------------------


@pytest.mark.parametrize("strategy", [course.DeleteAfterWrite, course.WatchAndDelete], ids=matrix.name_of)
def test_a_report_replays_on_the_real_server_and_the_new_reader_is_really_wrong(strategy, valkey):
    replay = races.explore([strategy.reader, strategy.writer]).replay(engine=valkey)
    assert replay.agrees
    assert (replay.reader, replay.latest) == ("v0", "v1")
    assert valkey.badge in repr(replay)
    assert not valkey.client().exists("user:1")  # it cleans up after itself


@needs_memcached
def test_a_report_replays_on_the_real_memcached(memcached):
    reader, writer = course.MemcachedCas.reader, course.MemcachedCas.writer
    replay = races.explore([reader, reader, writer], memcached=True).replay(engine=memcached)
    assert replay.agrees
    assert replay.reader == "v0"


@needs_memcached
def test_a_replay_leaves_no_key_behind_for_the_next_one(memcached):
    reader, writer = course.MemcachedAdd.reader, course.MemcachedAdd.writer
    assert races.explore([reader, writer], memcached=True).replay(engine=memcached).agrees

    def reads_another_key(cache, db):
        if (value := cache.get("another")) is None:
            cache.set("another", value := db.read())
        return value

    assert races.explore([reads_another_key, writer], memcached=True).replay(engine=memcached).agrees


@needs_memcached
def test_the_new_reader_of_a_replay_has_its_tokens_and_a_short_ttl_is_no_difference(memcached):
    def reader(cache, db):
        value, token = cache.gets("a")
        if value is None or not cache.cas("a", value, token, expire=1):
            return db.read()
        return value

    def writer(cache, db):
        cache.set("a", "v0", expire=1)
        db.write()

    replay = races.explore([reader, writer], memcached=True).replay(engine=memcached)
    assert replay.agrees and replay.reader == "v0"


def test_the_new_reader_of_a_replay_gives_up_polling_as_it_does_in_the_explorer(valkey):
    def patient(cache, db):
        for _ in range(8):
            if (value := cache.get("k")) is not None:
                return value
        return "v0"

    def writer(cache, db):
        db.write()

    assert races.explore([patient, writer]).replay(engine=valkey).reader == "v0"


def test_a_replay_leaves_random_as_it_was(valkey):
    def reader(cache, db):
        cache.set("drawn", random.random())
        if (value := cache.get("k")) is None:
            cache.set("k", value := db.read())
        return value

    def writer(cache, db):
        db.write()
        cache.delete("k")

    report = races.explore([reader, writer])
    drawn = []
    for seed in (1, 2):
        random.seed(seed)
        report.replay(engine=valkey)
        drawn.append(random.random())
    assert drawn == [random.Random(1).random(), random.Random(2).random()]


def test_there_is_nothing_to_replay_without_a_violation():
    report = races.explore([course.Lease.reader, course.Lease.writer])
    with pytest.raises(ValueError, match="nothing|no violating"):
        report.replay()
