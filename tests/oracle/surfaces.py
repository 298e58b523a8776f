"""Clients that use much of redis-py and pymemcache, and what they are answered: here, and by real servers.

Each takes `(cache, seen)`, starts by removing the keys it uses, and appends what it is told to `seen`.
"""

from redis.exceptions import LockError, ResponseError

WRONG = "WRONGTYPE Operation against a key holding the wrong kind of value"


def strings(cache, seen):
    cache.delete("a", "b", "n", "x", "y", "z")
    seen += [cache.set("a", "1"), cache.set("a", "2", nx=True), cache.set("a", "3", get=True)]
    seen += [cache.set("b", "1", xx=True), cache.set("a", "4", ifeq="9"), cache.set("a", "4", ifeq="3")]
    seen += [
        cache.get("a"),
        cache.get("b"),
        cache.strlen("a"),
        cache.append("a", "5"),
        cache.getset("a", "6"),
    ]
    seen += [cache.expire("a", 100), cache.ttl("a"), cache.persist("a"), cache.persist("a"), cache.ttl("b")]
    seen += [
        cache.pexpire("a", 90_000, nx=True),
        cache.pexpire("a", 90_000, nx=True),
        cache.getex("a", persist=True),
    ]
    seen += [cache.exists("a", "b"), cache.type("a"), cache.type("b"), cache.delete("b")]
    seen += [cache.mset({"x": 1, "y": 2}), cache.mget("x", "y", "z"), cache.msetnx({"x": 1, "z": 1})]
    seen += [cache.incr("n", 5), cache.decr("n"), cache.decrby("n", 2), cache.getdel("n"), cache.getdel("n")]
    seen += [cache.setnx("x", 1), cache.setex("x", 9, "q"), cache.psetex("x", 9000, "q")]
    seen += [cache.execute_command("DELIFEQ", "x", "other"), cache.execute_command("DELIFEQ", "x", "q")]
    seen += [cache.unlink("y", "z"), cache.ping()]


STRINGS = [
    *[True, None, "1"],
    *[None, None, True],
    *["4", None, 1, 2, "45"],
    *[True, 100, True, False, -2],
    *[True, False, "6"],
    *[1, "string", "none", 0],
    *[True, ["1", "2", None], False],
    *[5, 4, 2, "2", None],
    *[False, True, True],
    *[0, 1],
    *[1, True],
]


def hashes(cache, seen):
    cache.delete("h")
    seen += [cache.hset("h", mapping={"f": 1, "g": 2}), cache.hset("h", "f", 3), cache.hget("h", "f")]
    seen += [cache.hgetall("h"), cache.hmget("h", ["f", "none"]), cache.hincrby("h", "f", 4), cache.hlen("h")]
    seen += [cache.hexists("h", "g"), cache.hkeys("h"), cache.hvals("h"), cache.hsetnx("h", "g", 9)]
    seen += [cache.hdel("h", "f", "none"), cache.hdel("h", "g"), cache.exists("h"), cache.hgetall("h")]


HASHES = [
    *[2, 0, "3"],
    *[{"f": "3", "g": "2"}, ["3", None], 7, 2],
    *[True, ["f", "g"], ["7", "2"], False],
    *[1, 1, 0, {}],
]


def transactions(cache, seen):
    cache.delete("p", "q", "h")
    with cache.pipeline() as pipe:
        seen.append(pipe.set("p", "1").get("p").incr("q").execute())
    with cache.pipeline(transaction=False) as pipe:
        seen.append(pipe.get("p").get("none").execute())
    with cache.pipeline() as pipe:
        pipe.watch("p")
        seen.append(pipe.get("p"))
        pipe.multi()
        pipe.set("p", "2")
        seen.append(pipe.execute())
        seen.append(pipe.execute())
    seen.append(cache.transaction(lambda pipe: (pipe.multi(), pipe.set("p", "3")), "p"))
    cache.hset("h", "f", 1)
    with cache.pipeline() as pipe:
        replies = pipe.get("h").set("q", "9").execute(raise_on_error=False)
        seen.append([type(reply).__name__ for reply in replies])
    with cache.pipeline() as pipe:
        try:
            pipe.set("q", "10").get("h").execute()
        except ResponseError as error:
            seen.append(str(error))
    seen.append(cache.get("q"))


TRANSACTIONS = [
    [True, "1", 1],
    ["1", None],
    *["1", [True], []],
    [True],
    ["ResponseError", "bool"],
    f"Command # 2 (GET h) of pipeline caused error: {WRONG}",
    "10",
]


def scripts(cache, seen):
    cache.delete("a", "h")
    cache.hset("h", "f", 1)
    script = cache.register_script("return {ARGV[1], #KEYS, redis.call('SET', KEYS[1], ARGV[1])}")
    seen.append(script(keys=["a"], args=["x"]))
    sha = cache.script_load("return cjson.decode(ARGV[1]).n + 1")
    seen += [cache.evalsha(sha, 0, '{"n": 41}'), cache.script_exists(sha)]
    seen.append(cache.eval("return redis.call('GET', KEYS[1]) .. cjson.encode({1, 'b'})", 1, "a"))
    seen.append(cache.eval("return {1, 2.9, 'x', true, false, 'after'}", 0))
    seen.append(cache.eval("return redis.call('GET', 'none') == false", 0))
    seen.append(cache.eval("local t = redis.call('HGETALL', KEYS[1]) return t[1] .. t[2]", 1, "h"))
    for broken in ("return redis.call('incr', KEYS[1])", "return redis.pcall('incr', KEYS[1])"):
        try:
            cache.eval(broken, 1, "h")
        except ResponseError as error:
            seen.append(str(error).split(" script")[0])
    for broken in ("return nosuch", "x = 1", "error('no')", "retur"):
        try:
            cache.eval(broken, 0)
        except ResponseError as error:
            seen.append(type(error).__name__)


SCRIPTS = [
    ["x", 1, "OK"],
    *[42, [True]],
    'x[1,"b"]',
    [1, 2, "x", 1, None, "after"],
    1,
    "f1",
    *[WRONG, WRONG],
    *["ResponseError"] * 4,
]


def locks(cache, seen):
    cache.delete("l")
    lock = cache.lock("l", timeout=5)
    seen += [lock.acquire(), cache.lock("l").acquire(blocking=False), lock.owned(), lock.locked()]
    seen.append(cache.lock("l", sleep=0.01, blocking_timeout=0.05).acquire())  # polls, and gives up
    seen += [lock.extend(5), lock.reacquire()]
    lock.release()
    try:
        lock.release()
    except LockError as error:
        seen.append(type(error).__name__)


LOCKS = [*[True, False, True, True], False, *[True, True], "LockError"]


def classic(cache, seen):
    cache.delete_many(["a", "b", "n", "c"])
    seen += [
        cache.set("a", "1"),
        cache.add("a", "2"),
        cache.get("a"),
        cache.replace("b", "x"),
        cache.get("b", "no"),
    ]
    value, token = cache.gets("a")
    seen += [value, cache.cas("a", "3", token), cache.cas("a", "4", token), cache.cas("b", "4", token)]
    seen += [cache.gets("b"), cache.set_many({"a": "5", "b": "6"}), cache.get_many(["a", "b", "c"])]
    seen += [
        cache.delete("c"),
        cache.delete("b"),
        cache.set("n", "10"),
        cache.incr("n", 5),
        cache.decr("n", 1),
    ]
    seen += [cache.incr("c", 1), cache.touch("n", 60), cache.touch("c", 60), cache.append("a", "!")]
    seen += [cache.prepend("a", "?"), cache.get("a"), cache.append("c", "!"), cache.set("a", "x", expire=-1)]
    seen += [cache.get("a")]


CLASSIC = [
    *[True, False, b"1", False, "no"],
    *[b"1", True, False, None],
    *[(None, None), [], {"a": b"5", "b": b"6"}],
    *[False, True, True, 15, 14],
    *[None, True, False, True],
    *[True, b"?5!", False, True],
    None,
]


def meta(cache, seen):
    cache.delete("l")

    def ask(line, end="\r\n"):
        reply = cache.raw_command(line, end)
        seen.append(b" ".join(b"c#" if word[:1] == b"c" else word for word in reply.split(b" ")))
        return reply

    ask("mg l v")
    first = ask("mg l v c N30\r\nmn", "MN\r\n")
    ask("mg l v N30\r\nmn", "MN\r\n")
    token = next(word[1:] for word in first.split() if word[:1] == b"c").decode()
    ask("ms l 2 C1\r\nv0")
    ask(f"ms l 2 C{token}\r\nv0")
    ask("mg l v f t\r\nmn", "MN\r\n")
    ask("md l I T30")
    ask("mg l v\r\nmn", "MN\r\n")
    ask("mg l v\r\nmn", "MN\r\n")
    ask("md l")
    ask("md l")
    ask(f"ms l 2 C{token}\r\nv0")


META = [
    b"EN",
    b"VA 0 c# W\r\n\r\n",
    b"VA 0 Z\r\n\r\n",
    b"EX",
    b"HD",
    b"VA 2 f0 t-1\r\nv0\r\n",
    b"HD",
    b"VA 2 X W\r\nv0\r\n",
    b"VA 2 Z X\r\nv0\r\n",
    b"HD",
    b"NF",
    b"NF",
]


def boards(cache, seen):
    cache.delete("z", "y")
    seen += [cache.zadd("z", {"ann": 3, "bob": 3, "cyd": 1.5}), cache.zadd("z", {"ann": 4}, xx=True, ch=True)]
    seen += [cache.zadd("z", {"ann": 1}, gt=True), cache.zadd("z", {"dan": 2}, nx=True, incr=True)]
    seen += [cache.zincrby("z", 0.25, "cyd"), cache.zscore("z", "cyd"), cache.zscore("z", "eve")]
    seen += [cache.zrange("z", 0, 1), cache.zrange("z", 0, 1, desc=True, withscores=True), cache.zcard("z")]
    seen += [cache.zrevrange("z", 0, 0), cache.zrangebyscore("z", 2, "(4", withscores=True)]
    seen += [cache.zrange("z", 2, "+inf", byscore=True, offset=1, num=1), cache.zcount("z", "-inf", 3)]
    seen += [cache.zrank("z", "ann"), cache.zrevrank("z", "ann"), cache.zrevrank("z", "eve")]
    seen += [cache.zmscore("z", ["ann", "eve"]), cache.zpopmin("z"), cache.zrem("z", "dan", "eve")]
    seen += [cache.zremrangebyscore("z", "-inf", 3), cache.zremrangebyrank("z", 0, -1), cache.exists("z")]
    seen += [list(cache.zrevrangebyscore("y", 1, 0)), cache.type("z")]


BOARDS = [
    *[3, 1],
    *[0, 2.0],
    *[1.75, 1.75, None],
    *[["cyd", "dan"], [("ann", 4.0), ("bob", 3.0)], 4],
    *[["ann"], [("dan", 2.0), ("bob", 3.0)]],
    *[["bob"], 3],
    *[3, 0, None],
    *[[4.0, None], [("cyd", 1.75)], 1],
    *[1, 1, 0],
    *[[], "none"],
]


def queues_and_sets(cache, seen):
    cache.delete("q", "busy", "s", "t", "n", "h")
    seen += [
        cache.rpush("q", "a", "b", "c"),
        cache.lpush("q", "z"),
        cache.lrange("q", 0, -1),
        cache.llen("q"),
    ]
    seen += [
        cache.lmove("q", "busy", "LEFT", "RIGHT"),
        cache.rpoplpush("q", "busy"),
        cache.lrange("busy", 0, -1),
    ]
    seen += [cache.lpop("q"), cache.rpop("q", 5), cache.lpop("q"), cache.lrem("busy", 1, "z")]
    seen += [
        cache.rpush("q", "a", "b", "c"),
        cache.ltrim("q", 1, 1),
        cache.lindex("q", 0),
        cache.lset("q", 0, "d"),
    ]
    seen += [cache.sadd("s", "a", "b"), cache.sadd("s", "b"), cache.smembers("s"), cache.scard("s")]
    seen += [cache.sismember("s", "a"), cache.smismember("s", ["a", "x"]), cache.srem("s", "a", "x")]
    seen += [cache.smove("s", "t", "b"), cache.smembers("s"), cache.sunion("s", "t"), cache.sinter("s", "t")]
    seen += [
        cache.incrbyfloat("n", 0.5),
        cache.hincrbyfloat("h", "f", 1.25),
        cache.type("q"),
        cache.type("t"),
    ]
    seen += [sorted(cache.keys("[qst]")), sorted(cache.scan_iter("[qst]")), cache.scan(0, "busy")]
    now, _ = cache.time()
    seen += [
        cache.expireat("q", now + 100),
        90 < cache.ttl("q") <= 100,
        cache.pexpireat("t", 1),
        cache.exists("t"),
    ]
    seen += [cache.set("n", 1, exat=now + 100), 90 < cache.ttl("n") <= 100]


QUEUES_AND_SETS = [
    *[3, 4, ["z", "a", "b", "c"], 4],
    *["z", "c", ["c", "z"]],
    *["a", ["b"], None, 1],
    *[3, True, "b", True],
    *[2, 0, {"a", "b"}, 2],
    *[1, [1, 0], 1],
    *[True, set(), {"b"}, set()],
    *[0.5, 1.25, "list", "set"],
    *[["q", "t"], ["q", "t"], (0, ["busy"])],
    *[True, True, True, 0],
    *[True, True],
]


def streams(cache, seen):
    cache.delete("jobs", "later")
    seen += [cache.xadd("jobs", {"job": "one"}, id="1-1"), cache.xadd("jobs", {"job": "two"}, id="1-*")]
    seen += [cache.xadd("later", {"job": "no"}, nomkstream=True), cache.xlen("jobs"), cache.type("jobs")]
    seen += [cache.xgroup_create("jobs", "workers", id="0"), cache.xrange("jobs", "(1-1")]
    try:
        cache.xgroup_create("jobs", "workers", id="0", mkstream=True)
    except ResponseError as error:
        seen.append(str(error))
    seen += [cache.xreadgroup("workers", "ann", {"jobs": ">"}, count=1)]
    seen += [cache.xread({"jobs": "1-1"}), cache.xread({"jobs": "$"}), cache.xpending("jobs", "workers")]
    seen += [cache.xautoclaim("jobs", "workers", "bob", 0)]
    seen += [cache.xclaim("jobs", "workers", "ann", 0, ["1-1"])]
    (entry,) = cache.xpending_range("jobs", "workers", "-", "+", 9)
    seen += [{**entry, "time_since_delivered": 0}]
    seen += [cache.xack("jobs", "workers", "1-1"), cache.xack("jobs", "workers", "1-1")]
    seen += [cache.xdel("jobs", "1-1"), cache.xtrim("jobs", maxlen=0, approximate=False)]
    seen += [cache.exists("jobs")]
    with cache.pipeline() as pipe:
        pipe.xadd("jobs", {"job": "three"}, maxlen=5).xrevrange("jobs", count=1)
        added, held = pipe.execute()
        seen.append(held == [(added, {"job": "three"})])
    seen += [cache.eval("return redis.call('XADD', KEYS[1], '5-1', 'job', 'four')", 1, "later")]
    seen += [cache.xgroup_delconsumer("jobs", "workers", "ann"), cache.xgroup_destroy("jobs", "workers")]


STREAMS = [
    *["1-1", "1-2"],
    *[None, 2, "stream"],
    *[True, [("1-2", {"job": "two"})]],
    "BUSYGROUP Consumer Group name already exists",
    [["jobs", [("1-1", {"job": "one"})]]],
    *[[["jobs", [("1-2", {"job": "two"})]]], []],
    {"pending": 1, "min": "1-1", "max": "1-1", "consumers": [{"name": "ann", "pending": 1}]},
    *[["0-0", [("1-1", {"job": "one"})], []], [("1-1", {"job": "one"})]],
    {"message_id": "1-1", "consumer": "ann", "time_since_delivered": 0, "times_delivered": 3},
    *[1, 0],
    *[1, 1, 1],
    True,
    "5-1",
    *[0, 1],
]


VALKEY = [
    (strings, STRINGS),
    (hashes, HASHES),
    (boards, BOARDS),
    (queues_and_sets, QUEUES_AND_SETS),
    (streams, STREAMS),
    (transactions, TRANSACTIONS),
    (scripts, SCRIPTS),
    (locks, LOCKS),
]
MEMCACHED = [(classic, CLASSIC), (meta, META)]
