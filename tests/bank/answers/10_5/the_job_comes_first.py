# verdict: incorrect
# says: it comes second

from contextlib import suppress

import redis


def put(cache, job):
    cache.xadd("jobs", {"job": job})


def take(cache):
    with suppress(redis.ResponseError):
        cache.xgroup_create("jobs", "workers", id="0", mkstream=True)
    _, found, _ = cache.xautoclaim("jobs", "workers", "worker", 60_000, "0-0", count=1)
    if not found:
        fresh = cache.xreadgroup("workers", "worker", {"jobs": ">"}, count=1)
        found = fresh[0][1] if fresh else []
    return (found[0][1]["job"], found[0][0]) if found else None


def done(cache, handle):
    with cache.pipeline() as pipe:
        pipe.xack("jobs", "workers", handle)
        pipe.xdel("jobs", handle)
        return pipe.execute()[0] == 1
