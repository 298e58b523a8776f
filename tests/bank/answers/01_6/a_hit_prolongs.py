# verdict: incorrect
# says: Which hit ratio follows

import math


def worth_caching(query):
    reads = query["reads"] / query["keys"] * query["stale_s"]
    needed = (0.25 + 0.30) / (query["query_ms"] + 0.30)
    return 1 - math.exp(-reads) > needed
