# verdict: correct


def break_even(lookup, query, fill, stored):
    def mean(hit_ratio):
        return lookup + (1 - hit_ratio) * (query + stored * fill)

    if mean(1) > query:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) > query else (low, middle)
    return high
