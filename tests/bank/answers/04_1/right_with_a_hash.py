# verdict: correct

from datetime import datetime

FIELDS = {
    "user_id": int,
    "newsletter": lambda text: text == "True",
    "loyalty_points": int,
    "created_at": datetime.fromisoformat,
}


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if found := cache.hgetall(key):
        row = {name.decode(): value.decode() for name, value in found.items()}
        return {name: FIELDS.get(name, str)(value) for name, value in row.items()}
    user = db.get_user(user_id)
    with cache.pipeline(transaction=True) as pipe:
        pipe.hset(key, mapping={name: str(value) for name, value in user.items()})
        pipe.expire(key, 300)
        pipe.execute()
    return user
