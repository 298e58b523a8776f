# verdict: broken
# says: no answer after 3 seconds


def hit_ratio(trace, capacity):
    held, hits = [], 0
    for key in trace:
        if key in held:
            hits += 1
            held.remove(key)
        elif len(held) >= capacity:
            held.pop(0)
        held.append(key)
    return hits / len(trace)
