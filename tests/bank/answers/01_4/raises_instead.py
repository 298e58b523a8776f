# verdict: broken
# says: ValueError: never pays(.|\n)*line \d+: raise ValueError


def break_even(lookup, query, fill):
    ratio = (lookup + fill) / (query + fill)
    if ratio > 1:
        raise ValueError("never pays")
    return ratio
