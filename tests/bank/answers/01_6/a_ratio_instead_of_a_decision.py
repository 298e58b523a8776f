# verdict: incorrect
# says: True or False


def worth_caching(query):
    hits = query["reads"] / query["keys"] * query["stale_s"]
    return hits / (1 + hits)
