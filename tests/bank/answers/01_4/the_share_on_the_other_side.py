# verdict: incorrect
# says: it returned


def break_even(lookup, query, fill, stored):
    unstored = (1 - stored) * fill
    return (lookup + unstored) / (query + unstored) if lookup <= query else None
