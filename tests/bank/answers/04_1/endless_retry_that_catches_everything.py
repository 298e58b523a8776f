# verdict: broken
# says: (did not come to an end|no answer after 3 seconds)(.|\n)*line \d+

import json


def get_user(user_id, cache, db):
    while True:
        try:
            return json.loads(cache.get(f"user:{user_id}"))
        except:  # noqa: E722  the mistake
            pass
