# verdict: incorrect
# says: takes three jobs and dies
# says: Where is a job that has been taken

def put(cache, job):
    cache.lpush("jobs", job)


def take(cache):
    job = cache.rpop("jobs")
    return (job, job) if job else None


def done(cache, handle):
    return True
