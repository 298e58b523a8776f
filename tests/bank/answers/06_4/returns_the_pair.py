# verdict: incorrect
# says: the name of one of the nodes


def smallest_node(cache, store, entries, nodes):
    before = cache.info("memory")["used_memory"]
    for first in range(0, 20000, 1000):
        store(range(first, first + 1000))
    each = (cache.info("memory")["used_memory"] - before) / 20000
    needed = entries * each * 1.25 / 0.75 / 2**30
    return min((node for node in nodes if node[1] >= needed), key=lambda node: node[1])
