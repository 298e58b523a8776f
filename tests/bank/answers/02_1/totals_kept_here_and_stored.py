# verdict: incorrect
# says: Where are the points\? Another server's are not in your program

from collections import Counter

totals = Counter()


def add_points(cache, player, points):
    totals[player] += points
    cache.zadd("board", {player: totals[player]})
    return totals[player]


def best(cache, count):
    ranking = cache.zrevrange("board", 0, count - 1, withscores=True)
    return [(player.decode(), points) for player, points in ranking]
