# verdict: incorrect
# says: Two jobs may be alike

import time

TAKE = """
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)[1]
if late then redis.call('ZADD', KEYS[1], ARGV[1] + 60, late) end
return late
"""


def put(cache, job):
    cache.zadd("jobs", {job: time.time()}, nx=True)


def take(cache):
    job = cache.eval(TAKE, 1, "jobs", time.time())
    return (job, job) if job else None


def done(cache, handle):
    return cache.zrem("jobs", handle) == 1
