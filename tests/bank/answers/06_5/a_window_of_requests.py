# verdict: incorrect
# says: A key takes one place


def hit_ratio(trace, capacity):
    hits = sum(key in trace[max(0, at - capacity) : at] for at, key in enumerate(trace))
    return hits / len(trace)
