# verdict: incorrect
# says: while the board is evicted
# says: What does `cas` return then

import json


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        text = json.dumps(board)
        if mc.add("board", text) if stored is None else mc.cas("board", text, token) is not False:
            return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
