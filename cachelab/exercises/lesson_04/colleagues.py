"""What colleagues hand in as `get_user`: right ones in several styles, and wrong ones, one mistake each.

Each is made anew for every call of the learner's test, so that none remembers what another test did.
"""

import functools
import json
from collections.abc import Callable
from datetime import datetime
from random import uniform

import redis

LIFE = 300  # seconds


def _encode(row: dict) -> str:
    return json.dumps(row, default=datetime.isoformat)


def _decode(stored) -> dict:
    row = json.loads(stored)
    return {
        name: datetime.fromisoformat(value) if name == "created_at" else value for name, value in row.items()
    }


def _usual(
    key=lambda user_id: f"user:{user_id}",
    look=lambda cache, key: cache.get(key),
    decode=_decode,
    store=lambda cache, key, text: cache.set(key, text, ex=LIFE),
    hands_on=lambda row: row,
    excuse: type[Exception] | tuple = redis.RedisError,
):
    """Cache-aside as the lesson has it; a colleague differs in one of these."""

    def get_user(user_id, cache, db):
        try:
            if (stored := look(cache, key(user_id))) is not None:
                return decode(stored)
        except excuse:
            pass
        row = db.get_user(user_id)
        try:
            store(cache, key(user_id), _encode(row))
        except excuse:
            pass
        return hands_on(row)

    return get_user


def _in_a_hash():
    def get_user(user_id, cache, db):
        key, row = f"u/{user_id}", None
        try:
            fields = cache.hgetall(key)
            if fields:
                return _decode(
                    "{" + ", ".join(f"{k.decode()}: {v.decode()}" for k, v in fields.items()) + "}"
                )
            row = db.get_user(user_id)
            flat = {json.dumps(name): _encode(value) for name, value in row.items()}
            with cache.pipeline() as pipe:
                pipe.hset(key, mapping=flat).expire(key, 240).execute()
        except redis.RedisError:
            pass
        return row or db.get_user(user_id)

    return get_user


def _as_an_object():
    class Users:
        prefix = "shop:prod:v7"

        def __call__(self, user_id, cache, db):
            key = f"{self.prefix}:{user_id}"
            try:
                found = cache.mget(key)[0]
            except redis.RedisError:
                return db.get_user(user_id)
            return _decode(found) if found else self.fill(key, db.get_user(user_id), cache)

        def fill(self, key, row, cache):
            try:
                cache.psetex(key, int(LIFE * 1000 * uniform(0.9, 1)), _encode(row))
            except redis.RedisError:
                pass
            return row

    return Users()


def _never_looks():
    def get_user(user_id, cache, db):
        row = db.get_user(user_id)
        try:
            cache.set(f"user:{user_id}", _encode(row), ex=LIFE)
        except redis.RedisError:
            pass
        return row

    return get_user


def _remembers():
    rows: dict[int, dict] = {}
    fetch = _usual()

    def get_user(user_id, cache, db):
        if user_id not in rows:
            rows[user_id] = fetch(user_id, cache, db)
        return rows[user_id]

    return get_user


RIGHT: dict[str, Callable] = {
    "stores JSON": _usual,
    "spreads its TTLs": functools.partial(
        _usual, store=lambda cache, key, text: cache.setex(key, round(uniform(270, 300)), text)
    ),
    "stores a hash": _in_a_hash,
    "is an object with a version in its key": _as_an_object,
}

WRONG: dict[str, Callable] = {
    "asks the database each time": _never_looks,
    "never stores what it has read": functools.partial(_usual, store=lambda *_: None),
    "gives no answer on a miss": functools.partial(_usual, hands_on=lambda row: None),
    "gives another type of `created_at` on a hit than on a miss": functools.partial(
        _usual, decode=json.loads
    ),
    "gives text for `created_at`, on a miss and on a hit": functools.partial(
        _usual, decode=json.loads, hands_on=lambda row: json.loads(_encode(row))
    ),
    "stores without a TTL": functools.partial(_usual, store=lambda cache, key, text: cache.set(key, text)),
    "takes milliseconds for seconds in the TTL": functools.partial(
        _usual, store=lambda cache, key, text: cache.set(key, text, ex=LIFE * 1000)
    ),
    "spreads its TTLs upwards, to 330 s": functools.partial(
        _usual, store=lambda cache, key, text: cache.set(key, text, ex=round(uniform(310, 330)))
    ),
    "lets a hit prolong the entry": functools.partial(
        _usual, look=lambda cache, key: cache.getex(key, ex=LIFE)
    ),
    "has one key for all users": functools.partial(_usual, key=lambda user_id: "user"),
    "lets an outage of the cache out": functools.partial(_usual, excuse=()),
    "keeps rows in the program's memory": _remembers,
}
