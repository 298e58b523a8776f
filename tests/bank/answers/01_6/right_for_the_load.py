# verdict: correct


def worth_caching(query):
    reads = query["reads"] / query["keys"] * query["stale_s"]
    kept_away = reads / (1 + reads)
    if 0.25 + (1 - kept_away) * (query["query_ms"] + 0.30) < query["query_ms"]:
        return True
    return "for the load" if kept_away >= 0.5 else False
