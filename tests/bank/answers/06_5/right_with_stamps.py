# verdict: correct

from collections import deque


def hit_ratio(trace, capacity):
    last, alive, hits = {}, deque(), 0
    for now, key in enumerate(trace):
        hits += key in last
        last[key] = now
        alive.append((now, key))
        while len(last) > capacity:
            stamp, oldest = alive.popleft()
            if last.get(oldest) == stamp:
                del last[oldest]
    return hits / len(trace)
