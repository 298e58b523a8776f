# verdict: incorrect
# says: the share that must not


def needed_hit_ratio(reads, capacity):
    return capacity / reads
