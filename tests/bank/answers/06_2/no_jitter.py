# verdict: incorrect
# says: the same value each time


def ttl(promise):
    return promise
