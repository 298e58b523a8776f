# verdict: incorrect
# says: stock_at_checkout(.|\n)*may not be stale at all


def worth_caching(query):
    hits = query["reads"] / query["keys"] * max(query["stale_s"], 300)
    return hits / (1 + hits) > 0.55 / (query["query_ms"] + 0.3)
