# verdict: incorrect
# says: afterwards the board says
# says: the client says True before the server has decided

import json


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        changed = json.dumps(board)
        if stored is None:
            if mc.add("board", changed):
                return board[player]
        elif mc.cas("board", changed, token, noreply=True):
            return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
