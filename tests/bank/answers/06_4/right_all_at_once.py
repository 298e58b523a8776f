# verdict: correct


def smallest_node(cache, store, entries, nodes):
    used = lambda: cache.info()["used_memory"]  # noqa: E731
    before = used()
    store(range(20_000))
    cache.connection_pool.disconnect()
    each = (used() - before) / cache.dbsize()
    fits = {name: gib for name, gib in nodes if gib * 0.75 >= entries * each * 1.25 / 2**30}
    return min(fits, key=fits.get)
