# verdict: incorrect
# says: evicted, and then another server adds 6

import json


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = {} if stored is None else json.loads(stored)
        board[player] = board.get(player, 0) + points
        text = json.dumps(board)
        if stored is None:
            if mc.add("board", text):
                return board[player]
            continue
        answer = mc.cas("board", text, token)
        if answer is None:
            mc.set("board", json.dumps({player: points}))
            return points
        if answer:
            return board[player]


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
