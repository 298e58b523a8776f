"""The limiters of lesson 10 as functions of time against scripts on a real server: the same decisions."""

import time
from collections.abc import Iterator

import numpy as np

from benchmarks import Row
from cachelab.engines import ValkeyServer
from cachelab.workload.limiters import LIMITERS, decisions

LIMIT, WINDOW, REQUESTS = 10, 60_000, 3000  # milliseconds, whole ones: a script and Python round alike

FIRST = """
local count, ends = tonumber(redis.call('HGET', KEYS[1], 'count') or 0), redis.call('HGET', KEYS[1], 'ends')
if not ends or now >= tonumber(ends) then count = 0 end
if count == 0 or {renews} then redis.call('HSET', KEYS[1], 'ends', now + window) end
redis.call('HSET', KEYS[1], 'count', count + 1)
return count + 1 <= limit and 1 or 0
"""
LOG = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local enters = redis.call('ZCARD', KEYS[1]) < limit
if enters or {keeps} then redis.call('ZADD', KEYS[1], now, ARGV[4]) end
return enters and 1 or 0
"""
SCRIPTS = {
    "counter by the clock": """
return redis.call('HINCRBY', KEYS[1], math.floor(now / window), 1) <= limit and 1 or 0
""",
    "from the first": FIRST.format(renews="false"),
    "TTL each time": FIRST.format(renews="true"),
    "log": LOG.format(keeps="false"),
    "log of all": LOG.format(keeps="true"),
    "sliding counter": """
local number = math.floor(now / window)
local before = tonumber(redis.call('HGET', KEYS[1], number - 1) or 0) * (1 - (now % window) / window)
if before + tonumber(redis.call('HGET', KEYS[1], number) or 0) >= limit then return 0 end
redis.call('HINCRBY', KEYS[1], number, 1)
return 1
""",
    "bucket": """
local each = window / limit
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
if full - now > (limit - 1) * each then return 0 end
redis.call('SET', KEYS[1], full + each)
return 1
""",
}
HEAD = "local now, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])"


def rows() -> Iterator[Row]:
    """Decisions of the models that a script does not take; the clock is an argument of both."""
    gaps = np.random.default_rng(5).exponential(WINDOW / LIMIT / 1.5, REQUESTS)
    times = gaps.cumsum().astype(int).tolist()
    server = ValkeyServer()
    client = server.client()
    try:
        for name, make in LIMITERS.items():
            began = time.process_time()
            told = decisions(make(LIMIT, WINDOW), times)
            seconds = time.process_time() - began
            script = client.register_script(HEAD + SCRIPTS[name])
            real = [
                script(keys=[name], args=[now, LIMIT, WINDOW, number]) == 1
                for number, now in enumerate(times)
            ]
            differ = sum(one != other for one, other in zip(told, real, strict=True))
            detail = f"{sum(real)} of {len(times)} let in by the script; {seconds * 1e3:.1f} ms of models"
            yield Row(f"{name}: decisions other than a script's", differ, 0, detail)
    finally:
        client.close()
        server.stop()
