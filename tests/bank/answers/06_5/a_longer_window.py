# verdict: incorrect
# says: Expected  0.125\n  (?!Think)
#   on the first trace it looks like a cache that never evicts, on the others it does not


def hit_ratio(trace, capacity):
    hits = sum(key in trace[max(0, at - 2 * capacity) : at] for at, key in enumerate(trace))
    return hits / len(trace)
