# verdict: incorrect
# says: a day later
# says: besides points and when

import time


def score(points, when):
    return points * 2**31 + 2**31 - time.time()
