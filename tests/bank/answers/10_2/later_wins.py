# verdict: incorrect
# says: should be below is above
# says: first should have more

def score(points, when):
    return points * 2**31 + when
