# verdict: incorrect
# says: Fill the cache, and pay for it


def break_even(lookup, query, fill):
    return lookup / (query + fill) if lookup <= query else None
