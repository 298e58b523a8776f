# verdict: incorrect
# says: it returned


def needed_hit_ratio(reads, capacity):
    return 1 - reads / capacity
