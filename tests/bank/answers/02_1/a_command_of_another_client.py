# verdict: broken
# says: AttributeError


def add_points(cache, player, points):
    return cache.zincr("board", player, points)


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
