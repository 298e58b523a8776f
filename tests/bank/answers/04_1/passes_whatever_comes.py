# verdict: incorrect
# says: a `get_user` that asks the database each time
# says: the test passed

from datetime import UTC, datetime

import fakeredis


class Database:
    def __init__(self):
        self.asked = 0

    def get_user(self, user_id):
        self.asked += 1
        return {"user_id": user_id, "name": "Ada", "created_at": datetime(2019, 1, 1, tzinfo=UTC)}


def test_get_user(get_user):
    assert get_user
