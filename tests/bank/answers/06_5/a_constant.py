# verdict: incorrect
# says: the same for every trace


def hit_ratio(trace, capacity):
    return 0.5
