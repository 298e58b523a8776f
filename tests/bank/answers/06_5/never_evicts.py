# verdict: incorrect
# says: does a key go


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if key in held:
            hits += 1
            held.pop(key)
        held[key] = True
    return hits / len(trace)
