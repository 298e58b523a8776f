# verdict: incorrect
# says: == \{300\}
# says: the task leaves open

from datetime import UTC, datetime

import fakeredis


class Database:
    def __init__(self):
        self.asked = 0

    def get_user(self, user_id):
        self.asked += 1
        return {"user_id": user_id, "name": "Ada", "created_at": datetime(2019, 1, 1, tzinfo=UTC)}


def test_get_user(get_user):
    cache, db = fakeredis.FakeRedis(), Database()
    first, second = get_user(1, cache, db), get_user(1, cache, db)
    assert first == second == Database().get_user(1)
    assert db.asked == 1
    assert {cache.ttl(key) for key in cache.keys()} == {300}
    assert get_user(11, cache, db) == Database().get_user(11)
    [cache.expire(key, 9) for key in cache.keys()]
    get_user(1, cache, db)
    assert max(map(cache.ttl, cache.keys())) <= 9
    asked = db.asked
    get_user(1, fakeredis.FakeRedis(), db)
    assert db.asked == asked + 1
    server = fakeredis.FakeServer()
    server.connected = False
    assert get_user(1, fakeredis.FakeRedis(server=server), db) == Database().get_user(1)
