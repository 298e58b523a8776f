# verdict: incorrect
# says: on an empty cache, while another server adds 3 for bob

import json


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        if stored is None:
            mc.set("board", json.dumps(board))
            return board[player]
        if mc.cas("board", json.dumps(board), token):
            return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
