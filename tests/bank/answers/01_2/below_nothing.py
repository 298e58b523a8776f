# verdict: incorrect
# says: it returned -\d(.|\n)*A hit ratio runs from 0 to 1


def needed_hit_ratio(reads, capacity):
    return 1 - capacity / reads
