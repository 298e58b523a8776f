# verdict: incorrect
# says: Names are text


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    return cache.zrevrange("board", 0, count - 1, withscores=True)
