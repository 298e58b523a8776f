# verdict: incorrect
# says: None: this cache never pays


def break_even(lookup, query, fill, stored):
    return (lookup + stored * fill) / (query + stored * fill)
