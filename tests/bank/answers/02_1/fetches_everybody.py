# verdict: incorrect
# says: 130 things to show two players
# says: a million


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    everybody = cache.zrevrange("board", 0, -1, withscores=True)
    return [(player.decode(), points) for player, points in everybody][:count]
