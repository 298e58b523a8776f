# verdict: correct


def break_even(lookup, query, fill):
    if lookup >= query:
        return None
    misses_afforded = (query - lookup) / (query + fill)
    return 1 - misses_afforded
