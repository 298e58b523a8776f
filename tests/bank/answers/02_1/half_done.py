# verdict: not attempted
# says: `best` has no answer yet


def add_points(cache, player, points):
    return cache.zincrby("board", points, player)


def best(cache, count):
    raise NotImplementedError("your code goes here")
