# verdict: incorrect
# says: a point more is above
# says: How much time is a point worth

def score(points, when):
    return -points * 2**31 + 2**31 - when
