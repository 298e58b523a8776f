# verdict: correct


def worth_caching(query):
    hits = query["reads"] * query["stale_s"] / query["keys"]
    with_cache = 0.25 + (query["query_ms"] + 0.3) / (1 + hits)
    return with_cache < query["query_ms"]
