# verdict: incorrect
# says: 0: the database can answer them all


def needed_hit_ratio(reads, capacity):
    if capacity >= reads:
        return None  # no cache at all
    return 1 - capacity / reads
