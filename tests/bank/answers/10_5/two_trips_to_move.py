# verdict: incorrect
# says: killed in `take`, after its \d. trip
# says: 'before' was done never

import time
import uuid


def put(cache, job):
    cache.lpush("jobs", f"{uuid.uuid4().hex} {job}")


def take(cache):
    late = cache.zrangebyscore("taken", "-inf", time.time() - 60, start=0, num=1)
    job = late[0] if late else cache.rpop("jobs")
    if job is None:
        return None
    cache.zadd("taken", {job: time.time()})
    return job, job.split(" ", 1)[1]


def done(cache, handle):
    return cache.zrem("taken", handle) == 1
