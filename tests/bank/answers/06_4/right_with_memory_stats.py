# verdict: correct


def smallest_node(cache, store, entries, nodes):
    before = cache.info("memory")["used_memory"]
    for first in range(0, 20000, 1000):
        store(range(first, first + 1000))
    each = (cache.info("memory")["used_memory"] - before) / 20000
    usable = [(gib * 0.75 * 1024**3, name) for name, gib in nodes]
    return min(pair for pair in usable if pair[0] > 1.25 * each * entries)[1]
