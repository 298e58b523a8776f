# verdict: broken
# says: ValueError: never pays(.|\n)*line \d+: raise ValueError


def break_even(lookup, query, fill, stored):
    ratio = (lookup + stored * fill) / (query + stored * fill)
    if ratio > 1:
        raise ValueError("never pays")
    return ratio
