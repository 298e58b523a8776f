# verdict: broken
# says: cas must be integer, string, or bytes
# says: Where +line

import json


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        if mc.cas("board", json.dumps(board), token):
            return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
