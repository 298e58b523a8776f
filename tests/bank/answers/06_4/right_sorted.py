# verdict: correct


def smallest_node(cache, store, entries, nodes):
    before = cache.info("memory")["used_memory"]
    for first in range(0, 20000, 1000):
        store(range(first, first + 1000))
    each = (cache.info("memory")["used_memory"] - before) / 20000
    for name, gib in sorted(nodes, key=lambda node: node[1]):
        if entries * each * 1.25 <= gib * 2**30 * 0.75:
            return name
