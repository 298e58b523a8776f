# verdict: broken
# says: KeyError: 'ttl'(.|\n)*line \d+


def worth_caching(query):
    hits = query["reads"] / query["keys"] * query["ttl"]
    return hits / (1 + hits) > 0.55 / (query["query_ms"] + 0.3)
