# verdict: correct


def hit_ratio(reads, ttl):
    reads_in_a_round = 1 + reads * ttl
    return 1 - 1 / reads_in_a_round
