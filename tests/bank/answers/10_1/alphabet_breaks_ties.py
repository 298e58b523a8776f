# verdict: incorrect
# says: Who has as many is not better

PAGE = """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return {0, {}} end
local first = math.max(0, rank - ARGV[2])
return {first, redis.call('ZREVRANGE', KEYS[1], first, rank + ARGV[2], 'WITHSCORES')}
"""


def page_around(cache, player, k):
    first, flat = cache.eval(PAGE, 1, "board", player, k)
    rows = zip(flat[::2], flat[1::2])
    return [(first + i, name, float(points)) for i, (name, points) in enumerate(rows, 1)]
