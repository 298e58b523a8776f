# verdict: incorrect
# says: the same score for both
# says: Count the digits

def score(points, when):
    return points * 10**10 + (10**10 - when)
