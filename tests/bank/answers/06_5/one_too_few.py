# verdict: incorrect
# says: How many keys does it hold


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if key in held:
            hits += 1
            held.pop(key)
        elif len(held) >= max(1, capacity - 1):
            held.pop(next(iter(held)))
        held[key] = True
    return hits / len(trace)
