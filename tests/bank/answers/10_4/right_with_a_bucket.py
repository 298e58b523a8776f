# verdict: correct

import redis

BUCKET = """
local now = redis.call('TIME')
local at, limit = tonumber(now[1]) + now[2] / 1000000, tonumber(ARGV[1])
local full = tonumber(redis.call('HGET', KEYS[1], 'level') or 0)
local last = tonumber(redis.call('HGET', KEYS[1], 'at') or at)
full = math.max(0, full - (at - last) * limit / 60)
local fits = full + 1 <= limit
if fits then full = full + 1 end
redis.call('HSET', KEYS[1], 'level', tostring(full), 'at', string.format('%.6f', at))
redis.call('EXPIRE', KEYS[1], 60)
return fits
"""


def allow(cache, user, limit):
    try:
        return cache.eval(BUCKET, 1, f"bucket:{user}", limit) == 1
    except redis.RedisError:
        return True
