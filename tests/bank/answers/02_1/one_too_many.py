# verdict: incorrect
# says: it returned


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
