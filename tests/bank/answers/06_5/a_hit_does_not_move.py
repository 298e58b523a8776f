# verdict: incorrect
# says: Does a hit change the order


def hit_ratio(trace, capacity):
    held, hits = {}, 0
    for key in trace:
        if key in held:
            hits += 1
        elif len(held) >= capacity:
            held.pop(next(iter(held)))
        held[key] = True
    return hits / len(trace)
