# verdict: correct

import uuid

VISIT = """
local left = redis.call('PTTL', KEYS[2])
local user = redis.call('GET', KEYS[2])
if not user or redis.call('EXISTS', KEYS[1]) == 0 then return false end
local page = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', math.min(1800000, left))
return {user, page}
"""


def log_in(cache, user, old=None):
    session = str(uuid.uuid4())
    if old:
        log_out(cache, old)
    with cache.pipeline() as pipe:
        pipe.set(f"{{{session}}}:page", "", ex=1800)
        pipe.set(f"{{{session}}}:user", user, ex=43_200)
        pipe.zadd(f"sessions:{user}", {session: 1})
        pipe.expire(f"sessions:{user}", 50_000)
        pipe.execute()
    return session


def visit(cache, session, page):
    seen = cache.eval(VISIT, 2, f"{{{session}}}:page", f"{{{session}}}:user", page)
    return (seen[0], seen[1] or None) if seen else None


def log_out(cache, session):
    cache.unlink(f"{{{session}}}:page", f"{{{session}}}:user")


def log_out_everywhere(cache, user):
    for session in cache.zrange(f"sessions:{user}", 0, -1):
        log_out(cache, session)
        cache.zrem(f"sessions:{user}", session)
