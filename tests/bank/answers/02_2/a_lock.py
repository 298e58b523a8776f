# verdict: incorrect
# says: undisturbed, it made 4 round trips

import json
import time


def add_points(mc, player, points):
    while not mc.add("lock", "1", expire=5):
        time.sleep(0.01)
    board = json.loads(mc.get("board") or "{}")
    board[player] = board.get(player, 0) + points
    mc.set("board", json.dumps(board))
    mc.delete("lock")
    return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
