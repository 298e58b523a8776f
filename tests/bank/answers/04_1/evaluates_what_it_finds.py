# verdict: incorrect
# says: it stored Python source

import datetime


def get_user(user_id, cache, db):
    cached = cache.get(f"user:{user_id}")
    if cached:
        return eval(cached, {"datetime": datetime})
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", repr(user), ex=300)
    return user
