# verdict: incorrect
# says: the one used last


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if key in held:
            hits += 1
            held.pop(key)
        elif len(held) >= capacity:
            held.popitem()
        held[key] = True
    return hits / len(trace)
