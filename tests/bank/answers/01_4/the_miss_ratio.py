# verdict: incorrect
# says: That is the miss ratio


def break_even(lookup, query, fill):
    return 1 - (lookup + fill) / (query + fill) if lookup <= query else None
