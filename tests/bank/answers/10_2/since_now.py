# verdict: incorrect
# says: a day later
# says: besides points and when

import time


def score(points, when):
    return points + 1 - when / time.time() / 2
