# verdict: incorrect
# says: answered without a query(.|\n)*Nobody can invalidate those

import json
import time
from datetime import datetime


def get_user(user_id, cache, db, seen={}, ages={}):  # noqa: B006  the mistake
    key = f"user:{user_id}"
    if user_id in seen and time.time() - ages[user_id] < 300:
        cache.get(key)
        return dict(seen[user_id])
    raw = cache.get(key)
    if raw is None:
        user = db.get_user(user_id)
        cache.set(key, json.dumps(user, default=str), ex=300)
    else:
        user = json.loads(raw)
        user["created_at"] = datetime.fromisoformat(user["created_at"])
    seen[user_id], ages[user_id] = dict(user), time.time()
    return user
