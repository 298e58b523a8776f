# verdict: correct

PAGE = """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return false end
local first = rank - tonumber(ARGV[2])
if first < 0 then first = 0 end
local rows = redis.call('ZRANGE', KEYS[1], first, rank + ARGV[2], 'REV', 'WITHSCORES')
return {first, redis.call('ZCOUNT', KEYS[1], '(' .. rows[2], 'inf'), rows}
"""


def page_around(cache, player, k):
    found = cache.eval(PAGE, 1, "board", player, k)
    if not found:
        return []
    first, better, flat = found
    page, place = [], better + 1
    for i in range(0, len(flat), 2):
        name, points = flat[i], float(flat[i + 1])
        if page and points != page[-1][2]:
            place = first + i // 2 + 1
        page.append((place, name, points))
    return page
