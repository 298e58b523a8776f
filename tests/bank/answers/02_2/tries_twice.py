# verdict: incorrect
# says: adds 1 three times for bob

import json


def add_points(mc, player, points):
    for _ in range(2):
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        board[player] = board.get(player, 0) + points
        if stored is None:
            if mc.add("board", json.dumps(board)):
                break
        elif mc.cas("board", json.dumps(board), token):
            break
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
