# verdict: correct

import time
import uuid

MOVE = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)[1]
if due then redis.call('ZADD', KEYS[1], ARGV[1] + 60, due) end
return due
"""


def put(cache, job):
    cache.zadd("jobs", {f"{uuid.uuid4()} {job}": time.time()})


def take(cache):
    found = cache.eval(MOVE, 1, "jobs", time.time())
    return (found, found.split(" ", 1)[1]) if found else None


def done(cache, handle):
    return cache.zrem("jobs", handle) == 1
