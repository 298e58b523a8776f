# verdict: incorrect
# says: square root|allowed at most


def best(reads, writes, weight, oldest):
    return min(oldest, 1 / writes) if writes else oldest
