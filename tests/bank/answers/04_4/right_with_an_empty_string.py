# verdict: correct

import json
from datetime import UTC, datetime


def get_user(user_id, cache, db):
    raw = cache.get(f"u/{user_id}")
    if raw is None:
        user = db.get_user(user_id)
        text = json.dumps({**user, "created_at": user["created_at"].timestamp()}) if user else ""
        cache.setex(f"u/{user_id}", 300 if user else 15, text)
        return user
    if not raw:
        return None
    user = json.loads(raw)
    return {**user, "created_at": datetime.fromtimestamp(user["created_at"], UTC)}
