# verdict: incorrect
# says: the same score for both
# says: Count the digits

def score(points, when):
    return points * 10**13 + (10**13 - when * 1000)
