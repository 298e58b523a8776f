# verdict: incorrect
# says: 4 round trips|2 round trips


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    players = cache.zrevrange("board", 0, count - 1)
    return [(player.decode(), cache.zscore("board", player)) for player in players]
