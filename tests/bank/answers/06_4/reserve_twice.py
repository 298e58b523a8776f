# verdict: incorrect
# says: larger than needed(.|\n)*once


def smallest_node(cache, store, entries, nodes):
    before = cache.info("memory")["used_memory"]
    for first in range(0, 20000, 1000):
        store(range(first, first + 1000))
    each = (cache.info("memory")["used_memory"] - before) / 20000
    needed = entries * each * 1.25 / 0.75 / 0.75
    return min((gib, name) for name, gib in nodes if gib * 2**30 >= needed)[1]
