# verdict: not attempted
# says: has no answer yet


def near_cache(fetch, listening, size): ...
