# verdict: incorrect
# says: another type of `created_at` on a hit|asks the database each time

from datetime import UTC, datetime

import fakeredis


class Database:
    def __init__(self):
        self.asked = 0

    def get_user(self, user_id):
        self.asked += 1
        return {"user_id": user_id, "name": "Ada", "created_at": datetime(2019, 1, 1, tzinfo=UTC)}


def test_get_user(get_user):
    db = Database()
    assert get_user(1, fakeredis.FakeRedis(), db) == db.get_user(1)
