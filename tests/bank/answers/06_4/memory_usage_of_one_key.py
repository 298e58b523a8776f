# verdict: incorrect
# says: MEMORY USAGE counts neither


def smallest_node(cache, store, entries, nodes):
    store([1])
    each = cache.memory_usage("session:00000001")
    needed = entries * each * 1.25 / 0.75
    return min((gib, name) for name, gib in nodes if gib * 2**30 >= needed)[1]
