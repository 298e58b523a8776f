# verdict: incorrect
# says: is on place \d+
# says: have \*more\* points

PAGE = """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return {0, {}} end
local first = math.max(0, rank - ARGV[2])
return {first, redis.call('ZREVRANGE', KEYS[1], first, rank + ARGV[2], 'WITHSCORES')}
"""


def page_around(cache, player, k):
    first, flat = cache.eval(PAGE, 1, "board", player, k)
    page = []
    for i in range(0, len(flat), 2):
        tied = page and page[-1][2] == float(flat[i + 1])
        page.append((page[-1][0] if tied else first + i // 2 + 1, flat[i], float(flat[i + 1])))
    return page
