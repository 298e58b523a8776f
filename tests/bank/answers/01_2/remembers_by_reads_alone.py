# verdict: incorrect
# says: needed_hit_ratio

from functools import cache

capacities = {}


@cache
def first(reads):
    return max(0, 1 - capacities[reads] / reads)


def needed_hit_ratio(reads, capacity):
    capacities[reads] = capacity
    return first(reads)
