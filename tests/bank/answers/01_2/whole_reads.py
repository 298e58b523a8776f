# verdict: incorrect
# says: it returned 1|it returned 4000


def needed_hit_ratio(reads, capacity):
    return max(0, reads - capacity)
