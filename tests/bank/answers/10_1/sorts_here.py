# verdict: incorrect
# says: the server sent \d{3} things
# says: when there are a million

def page_around(cache, player, k):
    rows = cache.zrevrange("board", 0, -1, withscores=True)
    names = [name for name, _ in rows]
    if player not in names:
        return []
    at = names.index(player)
    around = rows[max(0, at - k) : at + k + 1]
    return [(1 + sum(p > points for _, p in rows), name, points) for name, points in around]
