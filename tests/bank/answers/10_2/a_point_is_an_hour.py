# verdict: incorrect
# says: How much time is a point worth

def score(points, when):
    return points * 3600 + 2**31 - when
