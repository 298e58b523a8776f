# verdict: correct

import unittest
from datetime import UTC, datetime
from unittest.mock import Mock

import fakeredis

ROW = {"user_id": 42, "email": "a@shop.example", "created_at": datetime(2019, 1, 1, 12, 30, 0, 1, tzinfo=UTC)}


def test_get_user(get_user):
    case = unittest.TestCase()
    db = Mock()
    db.get_user.side_effect = lambda user_id: ROW | {"user_id": user_id}
    cache = fakeredis.FakeRedis()
    for user_id in (42, 43, 42, 43):
        case.assertEqual(get_user(user_id, cache, db), ROW | {"user_id": user_id})
    case.assertEqual(db.get_user.call_count, 2)
    for key in cache.scan_iter():
        case.assertTrue(1 <= cache.ttl(key) <= 300)
        cache.expire(key, 20)
    get_user(42, cache, db)
    case.assertTrue(all(cache.ttl(key) <= 20 for key in cache.scan_iter()))
    get_user(42, fakeredis.FakeRedis(), db)
    case.assertEqual(db.get_user.call_count, 3)
    away = fakeredis.FakeServer()
    away.connected = False
    case.assertEqual(get_user(42, fakeredis.FakeRedis(server=away), db), ROW)
