# verdict: broken
# says: no answer after 3 seconds(.|\n)*line \d+: (time.sleep|while)

import json
import time


def get_user(user_id, cache, db):
    while (raw := cache.get(f"user:{user_id}")) is None:
        time.sleep(0.01)
    return json.loads(raw)
