# verdict: incorrect
# says: another server adds 1 twelve times

import json


def add_points(mc, player, points):
    for _ in range(10):
        stored, token = mc.gets("board")
        board = json.loads(stored or "{}")
        total = board[player] = board.get(player, 0) + points
        text = json.dumps(board)
        if mc.add("board", text) if stored is None else mc.cas("board", text, token):
            break
    return total


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
