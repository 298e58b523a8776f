# verdict: incorrect
# says: it made no round trip
# says: Another server must see them too

board = {}


def add_points(cache, player, points):
    board[player] = board.get(player, 0) + points
    return board[player]


def best(cache, count):
    return sorted(board.items(), key=lambda item: -item[1])[:count]
