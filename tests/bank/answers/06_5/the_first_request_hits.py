# verdict: incorrect
# says: before its first request


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if key in held:
            hits += 1
            held.pop(key)
        elif len(held) >= capacity:
            held.pop(next(iter(held)))
        held[key] = True
    return (hits + len(set(trace))) / len(trace)
