# verdict: incorrect
# says: the cache holds b
# says: Expected +JSON
# says: Which formats can run code

import pickle


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = pickle.loads(stored) if stored else {}
        board[player] = board.get(player, 0) + points
        changed = pickle.dumps(board)
        if mc.add("board", changed) if stored is None else mc.cas("board", changed, token):
            return board[player]


def best(mc, count):
    board = pickle.loads(mc.get("board") or pickle.dumps({}))
    return sorted(board.items(), key=lambda item: -item[1])[:count]
