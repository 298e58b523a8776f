# verdict: incorrect
# says: order_history|get_user


def worth_caching(query):
    return query["stale_s"] > 0 and query["query_ms"] > 0.25
