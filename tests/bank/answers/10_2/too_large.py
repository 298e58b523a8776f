# verdict: incorrect
# says: a number, as a sorted set keeps it


def score(points, when):
    return points * 10**400 - when
