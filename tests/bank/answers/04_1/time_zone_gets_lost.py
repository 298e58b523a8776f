# verdict: incorrect
# says: its \['created_at'\] was
# says: tzinfo=datetime.timezone.utc
# says: down to the types

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.get(key)
    if raw is not None:
        user = json.loads(raw)
        user["created_at"] = datetime.strptime(user["created_at"][:26], "%Y-%m-%d %H:%M:%S.%f")
        return user
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
