# verdict: incorrect
# says: None: this cache never pays


def break_even(lookup, query, fill):
    return (lookup + fill) / (query + fill)
