# verdict: correct


def needed_hit_ratio(reads, capacity):
    if capacity >= reads:
        return 0
    return (reads - capacity) / reads
