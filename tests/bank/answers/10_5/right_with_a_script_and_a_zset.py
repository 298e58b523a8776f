# verdict: correct

import json
import uuid

TAKE = """
local now = redis.call('TIME')[1]
local late = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1)[1]
local job = late or redis.call('RPOP', KEYS[1])
if job then redis.call('ZADD', KEYS[2], now + 60, job) end
return job
"""


def put(cache, job):
    cache.lpush("jobs", json.dumps([uuid.uuid4().hex, job]))


def take(cache):
    job = cache.eval(TAKE, 2, "jobs", "taken")
    return (job, json.loads(job)[1]) if job else None


def done(cache, handle):
    return bool(cache.zrem("taken", handle))
