# verdict: correct

from datetime import UTC, datetime

import fakeredis


class Database:
    def __init__(self):
        self.asked = 0

    def get_user(self, user_id):
        self.asked += 1
        return {"user_id": user_id, "name": "Ada", "created_at": datetime(2019, 1, 1, tzinfo=UTC)}


def test_get_user(get_user):
    for test in (equal, once, mortal, unprolonged, apart, no_memory, outage):
        test(get_user, fakeredis.FakeRedis(), Database())


def equal(get_user, cache, db):
    for _ in "miss", "hit":
        row = get_user(7, cache, db)
        assert row == db.get_user(7) and isinstance(row["created_at"], datetime)


def once(get_user, cache, db):
    get_user(7, cache, db)
    get_user(7, cache, db)
    assert db.asked == 1, "a hit asks nobody"


def mortal(get_user, cache, db):
    get_user(7, cache, db)
    (key,) = cache.keys()
    assert 0 < cache.pttl(key) <= 300_000


def unprolonged(get_user, cache, db):
    get_user(7, cache, db)
    (key,) = cache.keys()
    cache.pexpire(key, 5000)
    get_user(7, cache, db)
    assert cache.pttl(key) <= 5000


def apart(get_user, cache, db):
    assert [get_user(n, cache, db)["user_id"] for n in (7, 8, 7)] == [7, 8, 7]


def no_memory(get_user, cache, db):
    get_user(7, cache, db)
    cache.flushall()
    get_user(7, cache, db)
    assert db.asked == 2


def outage(get_user, cache, db):
    server = fakeredis.FakeServer()
    server.connected = False
    assert get_user(7, fakeredis.FakeRedis(server=server), db) == db.get_user(7)
