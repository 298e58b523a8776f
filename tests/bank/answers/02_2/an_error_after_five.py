# verdict: incorrect
# says: it raised RuntimeError: too much going on(.|\n)*as often as it takes

import json


def add_points(mc, player, points):
    for _ in range(5):
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        text = json.dumps(board)
        if mc.add("board", text) if stored is None else mc.cas("board", text, token):
            return board[player]
    raise RuntimeError("too much going on")


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
