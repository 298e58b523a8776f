# verdict: correct


def add_points(cache, player, points):
    return cache.zadd("points", {player: points}, incr=True)


def best(cache, count):
    ranking = cache.zrange("points", 0, count - 1, desc=True, withscores=True)
    return [(str(player, "utf-8"), int(points)) for player, points in ranking]
