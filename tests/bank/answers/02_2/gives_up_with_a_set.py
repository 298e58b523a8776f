# verdict: incorrect
# says: adds 1 three times for bob
# says: overwritten

import json


def add_points(mc, player, points):
    for _ in range(3):
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        text = json.dumps(board)
        if mc.add("board", text) if stored is None else mc.cas("board", text, token):
            return board[player]
    mc.set("board", text)
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
