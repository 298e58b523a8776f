# verdict: incorrect
# says: the first|first should have more|On what does

import time


def score(points, when):
    return points * 2**31 + 2**31 - time.time()
