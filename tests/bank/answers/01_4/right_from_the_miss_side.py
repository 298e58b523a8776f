# verdict: correct


def break_even(lookup, query, fill, stored):
    if lookup >= query:
        return None
    misses_afforded = (query - lookup) / (query + stored * fill)
    return 1 - misses_afforded
