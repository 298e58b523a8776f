# verdict: correct

import time
import uuid


def put(cache, job):
    cache.lpush("jobs", f"{uuid.uuid4().hex} {job}")


def take(cache):
    for job in cache.lrange("taken", 0, -1):  # who finds no time gives one: its worker died before it could
        cache.zadd("since", {job: time.time()}, nx=True)
    for job in cache.zrangebyscore("since", "-inf", time.time() - 60):
        with cache.pipeline() as pipe:
            pipe.lrem("taken", 1, job)
            pipe.zrem("since", job)
            pipe.rpush("jobs", job)
            pipe.execute()
    job = cache.lmove("jobs", "taken", "RIGHT", "LEFT")
    if job is None:
        return None
    cache.zadd("since", {job: time.time()})
    return job, job.split(" ", 1)[1]


def done(cache, handle):
    with cache.pipeline() as pipe:
        pipe.lrem("taken", 1, handle)
        pipe.zrem("since", handle)
        return pipe.execute()[0] == 1
