# verdict: incorrect
# says: from 0 to 1


def needed_hit_ratio(reads, capacity):
    return 100 * (1 - capacity / reads)
