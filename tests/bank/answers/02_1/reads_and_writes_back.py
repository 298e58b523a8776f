# verdict: incorrect
# says: 2 round trips
# says: What if another server adds points


def add_points(cache, player, points):
    total = (cache.zscore("board", player) or 0) + points
    cache.zadd("board", {player: total})
    return total


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
