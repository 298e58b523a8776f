# verdict: incorrect
# says: First come, first served

def put(cache, job):
    cache.lpush("jobs", job)


def take(cache):
    job = cache.lmove("jobs", "taken", "LEFT", "LEFT")
    return (job, job) if job else None


def done(cache, handle):
    return cache.lrem("taken", 1, handle) == 1
