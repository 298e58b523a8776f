# verdict: incorrect
# says: Does a miss cost no more than the query


def break_even(lookup, query, fill, stored):
    return lookup / query if lookup <= query else None
