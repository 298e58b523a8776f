# verdict: broken
# says: killed in `put`, after its 1. trip

import uuid
from contextlib import suppress

import redis


def put(cache, job):
    name = uuid.uuid4().hex
    cache.xadd("jobs", {"name": name})
    cache.set(f"job:{name}", job)


def take(cache):
    with suppress(redis.ResponseError):
        cache.xgroup_create("jobs", "workers", id="0", mkstream=True)
    _, found, _ = cache.xautoclaim("jobs", "workers", "worker", 60_000, "0-0", count=1)
    if not found:
        fresh = cache.xreadgroup("workers", "worker", {"jobs": ">"}, count=1)
        found = fresh[0][1] if fresh else []
    if not found:
        return None
    handle, fields = found[0]
    return f"{handle} {fields['name']}", cache.get(f"job:{fields['name']}").strip()


def done(cache, handle):
    handle, name = handle.split()
    with cache.pipeline() as pipe:
        pipe.xack("jobs", "workers", handle)
        pipe.xdel("jobs", handle)
        pipe.delete(f"job:{name}")
        return pipe.execute()[0] == 1
