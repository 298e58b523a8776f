# verdict: incorrect
# says: did not ask the cache

kept = []


def page_around(cache, player, k):
    kept[:] = kept or cache.zrevrange("board", 0, -1, withscores=True)
    names = [name for name, _ in kept]
    if player not in names:
        return []
    at = names.index(player)
    around = kept[max(0, at - k) : at + k + 1]
    return [(1 + sum(p > points for _, p in kept), name, points) for name, points in around]
