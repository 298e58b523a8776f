# verdict: incorrect
# says: allowed at most


def best(reads, writes, weight, oldest):
    return oldest
