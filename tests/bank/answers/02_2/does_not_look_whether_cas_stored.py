# verdict: incorrect
# says: wrong: \['ada'\]

import json


def add_points(mc, player, points):
    stored, token = mc.gets("board")
    board = json.loads(stored or "{}")
    board[player] = board.get(player, 0) + points
    if stored is None:
        mc.add("board", json.dumps(board))
    else:
        mc.cas("board", json.dumps(board), token)
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
