# verdict: incorrect
# says: it returned 1


def needed_hit_ratio(reads, capacity):
    return max(0, 1 - capacity // reads)
