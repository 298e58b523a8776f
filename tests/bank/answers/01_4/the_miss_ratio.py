# verdict: incorrect
# says: That is the miss ratio


def break_even(lookup, query, fill, stored):
    return 1 - (lookup + stored * fill) / (query + stored * fill) if lookup <= query else None
