# verdict: incorrect
# says: too small(.|\n)*Nothing was stored


def smallest_node(cache, store, entries, nodes):
    each = 200
    needed = entries * each * 1.25 / 0.75
    return min((gib, name) for name, gib in nodes if gib * 2**30 >= needed)[1]
