# verdict: incorrect
# says: the script touches limit:ann(.|\n)*KEYS decide which node

import redis

COUNT = """
local key = 'limit:' .. ARGV[1]
local count = redis.call('INCR', key)
if count == 1 then redis.call('EXPIRE', key, 60) end
return count
"""


def allow(cache, user, limit):
    try:
        return cache.eval(COUNT, 0, user) <= limit
    except redis.RedisError:
        return True
