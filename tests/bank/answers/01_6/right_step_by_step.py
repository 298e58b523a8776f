# verdict: correct


def worth_caching(query):
    if query["stale_s"] == 0 or query["query_ms"] < 0.25:
        return False
    rate = query["reads"] / query["keys"]
    ratio = rate * query["stale_s"] / (1 + rate * query["stale_s"])
    mean = ratio * 0.25 + (1 - ratio) * (0.25 + query["query_ms"] + 0.30)
    if mean >= query["query_ms"]:
        return False
    return True
