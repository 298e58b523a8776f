# verdict: incorrect
# says: square root


def best(reads, writes, weight, oldest):
    price = reads * writes * weight
    return min(oldest, 2 / price) if price else oldest
