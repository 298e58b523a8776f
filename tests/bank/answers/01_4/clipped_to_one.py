# verdict: incorrect
# says: it returned 1(.|\n)*None: this cache never pays


def break_even(lookup, query, fill, stored):
    return min(1, (lookup + stored * fill) / (query + stored * fill))
