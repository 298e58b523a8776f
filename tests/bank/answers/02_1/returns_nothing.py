# verdict: incorrect
# says: returned None
# says: new total, as a number


def add_points(cache, player, points):
    cache.zincrby("board", points, player)


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
