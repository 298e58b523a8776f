# verdict: not attempted
# says: `add_points` has no answer yet

import json


def add_points(mc, player, points):
    """The player's new total."""
    raise NotImplementedError("your code goes here")


def best(mc, count):
    board = json.loads(mc.get("board") or "{}")
    return sorted(board.items(), key=lambda item: -item[1])[:count]
