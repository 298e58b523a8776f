# verdict: incorrect
# says: order_history(.|\n)*One of its keys is read


def worth_caching(query):
    hits = query["reads"] * query["stale_s"]
    return hits / (1 + hits) > 0.55 / (query["query_ms"] + 0.3)
