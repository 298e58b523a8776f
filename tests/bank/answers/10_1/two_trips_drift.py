# verdict: incorrect
# says: 3 round trips
# says: is not on the page
# says: do both at once

def page_around(cache, player, k):
    rank = cache.zrevrank("board", player)
    if rank is None:
        return []
    first = max(0, rank - k)
    with cache.pipeline() as pipe:
        pipe.zrevrange("board", first, rank + k, withscores=True)
        [rows] = pipe.execute()
    best = cache.eval("return redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[1], '+inf')", 1, "board", rows[0][1]) if rows else 0
    page, place = [], best + 1
    for i, (name, points) in enumerate(rows):
        if page and points != page[-1][2]:
            place = first + i + 1
        page.append((place, name, points))
    return page
