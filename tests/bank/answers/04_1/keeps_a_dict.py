# verdict: incorrect
# says: afterwards the cache was empty: the function never used `cache`

seen = {}


def get_user(user_id, cache, db):
    if user_id not in seen:
        seen[user_id] = db.get_user(user_id)
    return dict(seen[user_id])
