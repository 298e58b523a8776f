# verdict: incorrect
# says: saves the fill as well


def break_even(lookup, query, fill):
    return (lookup + fill) / query if lookup <= query else None
