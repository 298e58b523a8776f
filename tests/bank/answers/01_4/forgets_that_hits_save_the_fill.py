# verdict: incorrect
# says: saves the fill as well


def break_even(lookup, query, fill, stored):
    return (lookup + stored * fill) / query if lookup <= query else None
