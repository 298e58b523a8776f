# verdict: incorrect
# says: make room before it looks


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if len(held) >= capacity:
            held.pop(next(iter(held)))
        if key in held:
            hits += 1
            held.pop(key)
        held[key] = True
    return hits / len(trace)
