# verdict: correct

import json


def add_points(mc, player, points):
    stored, token = mc.gets("board")
    if stored is None:
        if mc.add("board", json.dumps({player: points})):
            return points
    else:
        board = json.loads(stored)
        board[player] = board.get(player, 0) + points
        if mc.cas("board", json.dumps(board), token):
            return board[player]
    return add_points(mc, player, points)


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
