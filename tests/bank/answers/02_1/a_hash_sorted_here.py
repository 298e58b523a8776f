# verdict: incorrect
# says: 130 things to show two players


def add_points(cache, player, points):
    return cache.hincrby("board", player, points)


def best(cache, count):
    board = {player.decode(): int(points) for player, points in cache.hgetall("board").items()}
    return sorted(board.items(), key=lambda item: -item[1])[:count]
