# verdict: incorrect
# says: The best come first


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    everybody = cache.zrange("board", 0, -1, withscores=True)
    return [(player.decode(), points) for player, points in everybody][-count:]
