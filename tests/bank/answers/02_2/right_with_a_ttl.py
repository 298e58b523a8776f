# verdict: correct

import json


def add_points(mc, player, points):
    stored = False
    while not stored:
        text, token = mc.gets("board")
        board = json.loads(text) if text else {}
        board[player] = board.get(player, 0) + points
        if token:
            stored = mc.cas("board", json.dumps(board), token, expire=3600)
        else:
            stored = mc.add("board", json.dumps(board), expire=3600)
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
