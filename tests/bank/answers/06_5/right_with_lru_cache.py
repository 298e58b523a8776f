# verdict: correct

from functools import lru_cache


def hit_ratio(trace, capacity):
    @lru_cache(maxsize=capacity)
    def load(key):
        return key

    for key in trace:
        load(key)
    return load.cache_info().hits / len(trace)
