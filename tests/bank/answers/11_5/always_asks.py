# verdict: incorrect
# says: 3 trips
# says: answered from near


def near_cache(fetch, listening, size):
    return (lambda key: fetch(key)[0]), (lambda keys: None)
