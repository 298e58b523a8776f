# verdict: correct


def add_points(cache, player, points):
    pipe = cache.pipeline()
    pipe.zincrby("board", points, player)
    return int(pipe.execute()[0])


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
