# verdict: incorrect
# says: newest_reviews


def worth_caching(query):
    return query["query_ms"] > 2
