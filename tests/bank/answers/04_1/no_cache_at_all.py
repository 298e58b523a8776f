# verdict: incorrect
# says: the function never used `cache`


def get_user(user_id, cache, db):
    return db.get_user(user_id)
