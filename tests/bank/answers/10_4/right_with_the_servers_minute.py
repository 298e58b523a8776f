# verdict: correct

import redis

COUNT = """
local minute = math.floor(redis.call('TIME')[1] / 60)
if redis.call('HGET', KEYS[1], 'minute') ~= tostring(minute) then
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'minute', minute)
    redis.call('EXPIRE', KEYS[1], 60)
end
return redis.call('HINCRBY', KEYS[1], 'count', 1)
"""


def allow(cache, user, limit):
    try:
        return cache.register_script(COUNT)(keys=[f"limit:{user}"]) <= limit
    except redis.RedisError:
        return True
