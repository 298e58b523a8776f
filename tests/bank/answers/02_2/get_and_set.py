# verdict: incorrect
# says: while another server adds 7 for bob
# says: overwritten

import json


def add_points(mc, player, points):
    board = json.loads(mc.get("board") or "{}")
    board[player] = board.get(player, 0) + points
    mc.set("board", json.dumps(board))
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
