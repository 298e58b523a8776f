# verdict: correct

import redis

COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], 60) end
return count <= tonumber(ARGV[1])
"""


def allow(cache, user, limit):
    try:
        return bool(cache.eval(COUNT, 1, f"limit:{user}", limit))
    except redis.RedisError:
        return True
