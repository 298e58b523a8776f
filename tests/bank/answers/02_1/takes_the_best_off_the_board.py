# verdict: incorrect
# says: Reading the board must not change it


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    return [(player.decode(), points) for player, points in cache.zpopmax("board", count)]
