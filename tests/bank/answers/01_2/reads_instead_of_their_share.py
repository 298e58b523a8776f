# verdict: incorrect
# says: it returned 4000(.|\n)*Which share of them all


def needed_hit_ratio(reads, capacity):
    return max(0, reads - capacity)
