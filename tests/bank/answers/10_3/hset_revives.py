# verdict: incorrect
# says: every key has an end(.|\n)*nothing is left to change

import secrets


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
    key = f"session:{session}"
    user, before, until = cache.hmget(key, ["user", "page", "until"])
    if user is None or int(until) <= cache.time()[0]:
        return None
    cache.expire(key, min(1800, int(until) - cache.time()[0]))
    cache.hset(key, "page", page)
    return user, before


def log_out(cache, session):
    cache.delete(f"session:{session}")


def log_out_everywhere(cache, user):
    sessions = cache.smembers(f"sessions:{user}")
    if sessions:
        cache.delete(*(f"session:{session}" for session in sessions))
