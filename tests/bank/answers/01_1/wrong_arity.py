# verdict: broken
# says: takes 2 positional arguments but 4 were given


def mean_read_ms(hit, miss):
    return hit + miss
