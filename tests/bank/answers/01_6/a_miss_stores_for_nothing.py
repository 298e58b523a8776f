# verdict: incorrect
# says: Which hit ratio follows


def worth_caching(query):
    reads = query["reads"] / query["keys"] * query["stale_s"]
    return reads / (1 + reads) > (0.25 + 0.30) / query["query_ms"]
