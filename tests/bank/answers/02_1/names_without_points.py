# verdict: incorrect
# says: list of \(player, points\)


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    return [player.decode() for player in cache.zrevrange("board", 0, count - 1)]
