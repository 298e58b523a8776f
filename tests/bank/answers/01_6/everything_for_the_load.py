# verdict: incorrect
# says: What share of its reads would this cache keep from the database


def worth_caching(query):
    reads = query["reads"] / query["keys"] * query["stale_s"]
    needed = 0.55 / (query["query_ms"] + 0.30)
    return reads / (1 + reads) > needed or "for the load"
