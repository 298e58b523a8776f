# verdict: incorrect
# says: the new total


def add_points(cache, player, points):
    cache.zadd("board", {player: points})
    return points


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
