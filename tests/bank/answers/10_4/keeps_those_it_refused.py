# verdict: incorrect
# says: each second for 3 minutes(.|\n)*refused leave behind

import uuid

import redis

LOG = """
local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - 60000000)
redis.call('ZADD', KEYS[1], at, ARGV[2])
redis.call('EXPIRE', KEYS[1], 60)
if redis.call('ZCARD', KEYS[1]) <= tonumber(ARGV[1]) then return 1 end
return 0
"""


def allow(cache, user, limit):
    try:
        return cache.eval(LOG, 1, f"log:{user}", limit, uuid.uuid4().hex) == 1
    except redis.RedisError:
        return True
