# verdict: broken
# says: while another server adds 7 for bob
# says: no answer after 3 seconds

import json


def add_points(mc, player, points):
    stored, token = mc.gets("board")
    board = json.loads(stored or "{}")
    board[player] = board.get(player, 0) + points
    text = json.dumps(board)
    while not (mc.add("board", text) if stored is None else mc.cas("board", text, token)):
        pass
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
