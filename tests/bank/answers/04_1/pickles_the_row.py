# verdict: incorrect
# says: it stored a pickle

import pickle


def get_user(user_id, cache, db):
    cached = cache.get(f"user:{user_id}")
    if cached:
        return pickle.loads(cached)
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", pickle.dumps(user), ex=300)
    return user
