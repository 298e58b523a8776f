# verdict: incorrect
# says: That is how Python writes it

import ast


def add_points(mc, player, points):
    while True:
        stored, token = mc.gets("board")
        board = ast.literal_eval(stored.decode()) if stored else {}
        board[player] = board.get(player, 0) + points
        if mc.add("board", str(board)) if stored is None else mc.cas("board", str(board), token):
            return board[player]


def best(mc, count):
    board = ast.literal_eval((mc.get("board") or b"{}").decode())
    return sorted(board.items(), key=lambda item: -item[1])[:count]
