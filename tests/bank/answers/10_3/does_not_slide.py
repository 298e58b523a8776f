# verdict: incorrect
# says: every 25 minutes(.|\n)*What does a visit do to the TTL

import secrets

VISIT = """
local left = (redis.call('HGET', KEYS[1], 'until') or 0) - redis.call('TIME')[1]
if left <= 0 then return redis.call('DEL', KEYS[1]) and false end
local seen = redis.call('HMGET', KEYS[1], 'user', 'page')
redis.call('HSET', KEYS[1], 'page', ARGV[1])
return seen
"""


def log_in(cache, user, old=None):
    session, (now, _) = secrets.token_urlsafe(32), cache.time()
    with cache.pipeline() as pipe:
        pipe.delete(f"session:{old}")
        pipe.hset(f"session:{session}", mapping={"user": user, "until": now + 43_200})
        pipe.expire(f"session:{session}", 1800)
        pipe.sadd(f"sessions:{user}", session)
        pipe.expire(f"sessions:{user}", 43_200)
        pipe.execute()
    return session


def visit(cache, session, page):
    seen = cache.eval(VISIT, 1, f"session:{session}", page)
    return tuple(seen) if seen else None


def log_out(cache, session):
    cache.delete(f"session:{session}")


def log_out_everywhere(cache, user):
    sessions = cache.smembers(f"sessions:{user}")
    if sessions:
        cache.delete(*(f"session:{session}" for session in sessions))
