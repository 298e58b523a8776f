"""Cache-aside with a lease, for redis-py and Valkey or Redis OSS 7. What it does not promise: README.md.

    reading, deleting = redis.Redis(host=…, ssl=True, **READING), redis.Redis(host=…, ssl=True, **DELETING)
    users = CacheAside("user", reading, deleting, ttl=300, version="v2", alive=("v1", "v2"))
    users.start()                                               # once, before customers come
    user = users.get(42, lambda: load_user(db, 42))             # None: there is nobody
    users.change(42, lambda: move_user(db, 42, "Lima"))         # which commits, before it returns
    users.catch_up()                                            # a thread of yours, every few seconds

Copyright (c) 2026 The cachelab authors. MIT licence; copy it into any code base, this line is notice enough.
"""

import collections
import contextlib
import json
import logging
import math
import os
import random
import threading
import time
import uuid
import weakref
from datetime import date, datetime
from decimal import Decimal

import redis
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.retry import Retry

READING = dict(socket_timeout=0.2, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0))  # fails fast
DELETING = READING | dict(retry=Retry(EqualJitterBackoff(base=0.1, cap=0.5), 3))  # tries again
AWAY = redis.RedisError, redis.exceptions.RedisClusterException  # not a RedisError
NOT_OURS = ValueError, TypeError, ArithmeticError, RecursionError  # what decode() says to garbage
FILL = """if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end"""  # IFEQ, for servers older than Valkey 8.1
LOOK, TICKET, MISS = 0.02, "ticket ", object()  # seconds between two looks
TYPES = {  # what JSON lacks; a datetime is a date, so it stands first
    "$datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "$date": (date, date.isoformat, date.fromisoformat),
    "$decimal": (Decimal, str, Decimal),
}
log = logging.getLogger(__name__)
made = weakref.WeakSet()


def _forked():
    for one in list(made):
        one.guard = threading.Lock()  # whoever held it is not here


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class Busy(Exception):
    """As many loads are under way as the limit lets through: answer 503, or with something old."""


class Unstorable(Exception):
    """What came out of the cache would not equal what went in; the customer is served, nothing is stored."""


def encode(value):
    try:
        text = json.dumps(value, default=_tagged)
        if decode(text) == value:
            return text
        raise TypeError("JSON gives back another value")  # a tuple, a key that is no text, NaN
    except NOT_OURS as error:
        raise Unstorable(f"this {type(value).__name__} is not cached: {error}") from error


def decode(text):
    return json.loads(text, object_hook=_untagged)


def _tagged(value):
    for tag, (kind, plain, _) in TYPES.items():
        if isinstance(value, kind):
            return {tag: plain(value)}
    raise TypeError(f"a {type(value).__name__} cannot be stored: add it to TYPES")


def _untagged(fields):
    tag = next(iter(fields), None) if len(fields) == 1 else None
    return TYPES[tag][2](fields[tag]) if tag in TYPES else fields


class CacheAside:
    """Values of one kind. `ttl`, `lease` (over the slowest load), `patience` (for another's load): seconds.

    `breaker.call(f, *args)` calls f, or raises a RedisError; `limit` is a Semaphore, for loads under way.
    `failures` counts by (what was done, type of the error), for your monitoring. Alarm on it.
    """

    def __init__(self, name, reading, deleting, ttl=300, version="v1", alive=None, *,
                 lease=10, patience=0.5, breaker=None, limit=None):  # fmt: skip
        self.name, self.reading, self.deleting, self.version = name, reading, deleting, version
        self.alive = tuple(alive or (version,))  # versions that some release still reads
        if isinstance(alive, str) or version not in self.alive or not min(ttl, lease) >= 0.01:
            raise ValueError(f"{version=} must be one of {alive=}, {ttl=} and {lease=} at least 0.01 s")
        self.ttl, self.lease, self.looks = ttl, round(lease * 1000), 1 + math.ceil(patience / LOOK)
        self.ask = breaker.call if breaker else lambda call, *args, **named: call(*args, **named)
        self.limit, self.guard, self.logged = limit, threading.Lock(), {}
        self.failures, self.to_delete = collections.Counter(), collections.deque(maxlen=10_000)
        made.add(self)

    def get(self, id, load):
        """The value, from the cache or from `load()`, which reads in no transaction that has written."""
        key = self.key(id)
        value, ticket = self._look(key)
        if value is not MISS:
            return value
        text, life = ticket, 0.001  # with nothing to store, the ticket is given back
        try:
            value = self._load(load)
            if ticket:
                text = encode(value)
                life = (self.ttl if value is not None else min(self.ttl, 30)) * random.uniform(0.9, 1)
        except Unstorable as error:
            self.failed("encode", error)
        finally:
            if ticket:
                self._fill(key, ticket, text, life)
        return value

    def change(self, id, write):
        """Call `write()`, which commits; then delete, also if it raises: its COMMIT may have arrived."""
        try:
            return write()
        finally:
            self.forget(id)

    def forget(self, id):
        """Delete what is cached, after the commit. Returns whether it is gone; if not, it is in the queue."""
        try:
            for version in self.alive:  # one by one: their slots may differ
                self.deleting.delete(self.key(id, version))
            return True
        except AWAY as error:
            self.failed("delete", error)
            if len(self.to_delete) == self.to_delete.maxlen:  # the oldest is nearest to its TTL
                self.failed("queue", OverflowError("full"))
            self.to_delete.append(id)
            return False

    def catch_up(self):
        """Delete what is in the queue, until a delete fails."""
        with contextlib.suppress(IndexError):  # another thread has emptied it
            while self.forget(self.to_delete.popleft()):
                pass

    def start(self):
        """Raise if the cache refuses us: a password, a permission. If it is away, count it and go on."""
        key = self.key("started")
        try:
            self.reading.set(key, "now", nx=True, get=True, px=1000)
            self.reading.eval(FILL, 1, key, "now", "then", 1000)
            self.deleting.delete(key)
        except (redis.AuthenticationError, redis.exceptions.NoPermissionError):
            raise
        except AWAY as error:
            self.failed("start", error)

    def key(self, id, version=None):
        return f"{self.name}:{version or self.version}:{id}"

    def failed(self, doing, error):
        """Count it; log the first of its kind, then one a minute."""
        if isinstance(error, redis.ReadOnlyError):  # demoted, it keeps its connections: look its name up anew
            for client in (self.reading, self.deleting):
                if pool := getattr(client, "connection_pool", None):
                    pool.disconnect(inuse_connections=False)
        kind, now = (doing, type(error).__name__), time.monotonic()
        with self.guard:
            self.failures[kind] += 1
            if now - self.logged.get(kind, -math.inf) < 60:
                return
            self.logged[kind] = now
        log.warning("cache %s %s, %d so far: %s: %s", self.name, doing, self.failures[kind], kind[1], error)

    def _look(self, key):
        """(value, None): a hit; (MISS, ticket): ours to fill; (MISS, None): load it, and store nothing."""
        ticket = TICKET + uuid.uuid4().hex
        for look in range(self.looks):
            if look:
                time.sleep(LOOK)  # for the one who has the ticket
            try:
                found = self.ask(self.reading.get, key)
                if found is None:
                    found = self.ask(self.reading.set, key, ticket, nx=True, get=True, px=self.lease)
                text = found.decode() if isinstance(found, bytes) else found
                if text is None or text == ticket:  # ours, at the client's second attempt
                    return MISS, ticket
                if not text.startswith(TICKET):
                    return decode(text), None
            except (*AWAY, *NOT_OURS) as error:
                self.failed("read", error)
                if isinstance(error, AWAY) and not str(error).startswith("WRONGTYPE"):
                    break  # dead or silent: do not wait twice
                if not self._discard(key):
                    break
        return MISS, None

    def _discard(self, key):
        try:
            self.ask(self.reading.delete, key)  # whatever it is by now: a delete is always safe
            return True
        except AWAY as error:
            self.failed("discard", error)

    def _load(self, load):
        if self.limit and not self.limit.acquire(blocking=False):
            raise Busy(f"{self.name}: the limit of loads under way is reached")
        try:
            return load()
        finally:
            if self.limit:
                self.limit.release()

    def _fill(self, key, ticket, text, life):
        try:
            self.ask(self.reading.eval, FILL, 1, key, ticket, text, max(1, round(life * 1000)))
        except AWAY as error:
            self.failed("fill", error)
