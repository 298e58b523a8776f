# verdict: correct

import json
from datetime import UTC, datetime


def get_users(user_ids, cache, db):
    with cache.pipeline() as pipe:
        for user_id in user_ids:
            pipe.get(f"u/{user_id}")
        stored = pipe.execute()
        users = []
        for user_id, raw in zip(user_ids, stored, strict=True):
            if raw is None:
                user = db.get_user(user_id)
                text = json.dumps({**user, "created_at": user["created_at"].timestamp()}) if user else ""
                pipe.setex(f"u/{user_id}", 300 if user else 15, text)
            elif user := json.loads(raw or b"null"):
                user["created_at"] = datetime.fromtimestamp(user["created_at"], UTC)
            users.append(user)
        pipe.execute()
    return users
