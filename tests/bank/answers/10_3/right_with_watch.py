# verdict: correct

import json
import secrets

import redis


def log_in(cache, user, old=None):
    session = secrets.token_urlsafe(32)
    now, _ = cache.time()
    with cache.pipeline() as pipe:
        pipe.delete(f"session:{old}")
        pipe.set(f"session:{session}", json.dumps([user, None, now + 43_200]), ex=1800)
        pipe.sadd(f"sessions:{user}", session)
        pipe.expire(f"sessions:{user}", 43_200)
        pipe.execute()
    return session


def visit(cache, session, page):
    found = cache.get(f"session:{session}")
    if found is None:
        return None
    user, before, until = json.loads(found)
    left = until - cache.time()[0]
    if left <= 0:
        return None
    with cache.pipeline() as pipe:
        pipe.watch(f"session:{session}")
        if pipe.get(f"session:{session}") is None:
            return None
        pipe.multi()
        pipe.set(f"session:{session}", json.dumps([user, page, until]), ex=min(1800, left))
        try:
            pipe.execute()
        except redis.WatchError:
            return visit(cache, session, page)
    return user, before


def log_out(cache, session):
    cache.delete(f"session:{session}")


def log_out_everywhere(cache, user):
    sessions = cache.smembers(f"sessions:{user}")
    if sessions:
        cache.delete(*(f"session:{session}" for session in sessions))
        cache.srem(f"sessions:{user}", *sessions)
