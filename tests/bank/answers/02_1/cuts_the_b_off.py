# verdict: incorrect
# says: Zoë|李


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(str(player)[2:-1], points) for player, points in ranking]
