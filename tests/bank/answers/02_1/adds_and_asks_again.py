# verdict: incorrect
# says: 2 round trips


def add_points(cache, player, points):
    cache.zincrby("board", points, player)
    return cache.zscore("board", player)


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
