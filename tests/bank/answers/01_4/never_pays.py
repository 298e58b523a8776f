# verdict: incorrect
# says: it returned None(.|\n)*this cache can pay


def break_even(lookup, query, fill):
    return None if fill else 0
